"""SMTP: the second road for email."""
