"""Embedded Postgres and Redis, and the process runner."""
