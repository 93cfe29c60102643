"""One named question to the database per function."""
