"""Pages for managers."""
