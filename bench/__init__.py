"""What we measure, each beside its physical limit from the same run."""
