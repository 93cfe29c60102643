"""Give, withdraw, suppress: nothing is sent without passing it."""
