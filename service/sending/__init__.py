"""The life of a message, from due to settled."""
