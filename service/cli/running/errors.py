"""What keeps Touchline from starting, said in one line with a way out."""


class CannotStart(Exception):
    """A service or process cannot start; the message says what is wrong and what to do."""
