"""The campaign's words and their rules: standard library only, no I/O, no time of its own."""
