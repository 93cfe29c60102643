"""Approval by a second person: what it may say, and how far what goes out may differ from what was approved."""

from enum import StrEnum

# People join between the approval and the opening, and some leave.
TOLERANCE_PERCENT = 10
WAITS = "waits for approval by a second person"
WAITED = "waited for approval by a second person"


class Verdict(StrEnum):
    """What became of a look at something that goes to many."""

    APPROVED = "approved"
    SENT_BACK = "sent_back"
    # Approved, and then it would have gone to many more.
    VOID = "void"


def with_tolerance(number: int) -> int:
    """The most that passes where so much was approved, rounded up."""
    return number + -(-number * TOLERANCE_PERCENT // 100)
