"""Provider stand-ins over HTTP, with phones and mailboxes in the browser."""
