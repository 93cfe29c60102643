"""Templates and facts become finished words."""
