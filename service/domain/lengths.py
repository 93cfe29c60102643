"""How long words of one line may be, wherever they are written: what managers call things, and the lines of an email."""

# What managers call a blast, a stage, a campaign, a side of a match.
TITLE = 120
# A subject, a preheader, the title of a page.
LINE = 200
# A line that sums up a page or a campaign, or an address.
SUMMARY = 500
# Several sentences, such as what somebody agrees to.
WORDS = 2_000


def too_long(words: str, most: int) -> str | None:
    """What is wrong with words that are longer than this; None where they are not."""
    many = len(words)
    return f"it has {many:,} characters; {most:,} at most" if many > most else None
