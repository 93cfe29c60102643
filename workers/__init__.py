"""The back door: Celery workers and the ticker."""
