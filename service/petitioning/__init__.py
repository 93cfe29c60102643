"""Sign, tally, deliver."""
