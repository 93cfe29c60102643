"""The tech person's door: the touchline command."""
