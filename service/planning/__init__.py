"""What managers do: fixtures, stages, blasts, audiences, content."""
