"""Postgres: the only truth. Lends out Session."""

from sqlalchemy.orm import Session as Session
