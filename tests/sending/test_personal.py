"""What differs from person to person, and how a text is known again in the provider's list."""

import pytest

from service.sending.personal import is_same_text

OURS = "Fair Play: O'Brien, sign https://example.org/l/{} To end: STOP"
TOKEN, BEFORE = "a" * 32, "b" * 31 + "-"


@pytest.mark.parametrize(
    ("found", "is_same"),
    [
        (OURS.format(TOKEN), True),
        (OURS.format(TOKEN).replace("'", "’"), True),
        (OURS.format(BEFORE), True),
        (OURS.format("c" * 32), False),
        (OURS.format(TOKEN) + " now", False),
        (OURS.format(BEFORE).replace("O'Brien", "O'Brian"), False),
    ],
)
def test_a_text_is_known_again_however_the_version_before_wrote_it(found: str, is_same: bool) -> None:
    assert is_same_text(found, OURS.format(TOKEN)) is is_same
