"""One errand a file; each says there may be work and calls one room."""
