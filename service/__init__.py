"""The campaign: everything Touchline does, with two doors to it."""
