"""Twilio: texts out, status callbacks and inbound texts in."""
