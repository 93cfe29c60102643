"""The front door: Flask is spoken here and nowhere else."""
