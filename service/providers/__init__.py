"""Who carries our messages, translated into our own few words."""
