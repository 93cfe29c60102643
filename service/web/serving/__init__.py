"""Between the server and the app: a request is whole before a thread is taken for it."""
