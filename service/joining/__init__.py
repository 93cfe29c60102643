"""The life of a sign-up: sign up, confirm, preferences, leave."""
