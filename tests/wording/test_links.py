"""A link does what it was signed for, for whom it was signed, and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.channel import Channel
from service.wording.links import EXPIRING, LinkKind, derive_key, read_token, sign, sign_many

KEY = derive_key("k" * 32, "links")
OLD_KEY = derive_key("o" * 32, "links")
NOW = datetime(2026, 10, 13, 17, 0, tzinfo=UTC)
LASTING = sorted(set(LinkKind) - EXPIRING)


@given(
    kind=st.sampled_from(LASTING),
    supporter=st.integers(0, 2**38 - 1),
    blast=st.integers(0, 2**28 - 1),
    target=st.integers(0, 2**28 - 1),
    channel=st.sampled_from([None, *Channel]),
)
def test_a_link_reads_as_it_was_signed(
    kind: LinkKind, supporter: int, blast: int, target: int, channel: Channel | None
) -> None:
    token = sign(kind, supporter, key=KEY, channel=channel, blast_id=blast, target=target)

    facts = read_token(token, kind, [KEY])

    assert len(token) == 32
    assert facts is not None
    assert (facts.supporter_id, facts.blast_id, facts.target) == (supporter, blast, target)
    assert facts.channel is channel


@pytest.mark.parametrize("signed_for", LASTING)
@pytest.mark.parametrize("used_for", LASTING)
def test_a_link_serves_no_other_purpose(signed_for: LinkKind, used_for: LinkKind) -> None:
    token = sign(signed_for, 7, key=KEY)

    assert (read_token(token, used_for, [KEY]) is not None) == (signed_for is used_for)


@given(position=st.integers(0, 31), letter=st.sampled_from("abcXYZ012-_+/=é "))
def test_a_link_with_any_letter_changed_is_refused(position: int, letter: str) -> None:
    token = sign(LinkKind.LEAVE, 7, key=KEY)
    tampered = token[:position] + letter + token[position + 1 :]

    assert (read_token(tampered, LinkKind.LEAVE, [KEY]) is None) == (tampered != token)


@given(st.text(max_size=60))
def test_nonsense_is_not_a_link(nonsense: str) -> None:
    assert read_token(nonsense, LinkKind.LEAVE, [KEY]) is None


def test_a_link_signed_with_the_key_before_this_one_still_lets_people_leave() -> None:
    token = sign(LinkKind.LEAVE, 7, key=OLD_KEY)

    assert read_token(token, LinkKind.LEAVE, [KEY]) is None
    assert read_token(token, LinkKind.LEAVE, [KEY, OLD_KEY]) is not None


def test_a_confirmation_expires() -> None:
    token = sign(LinkKind.CONFIRM, 7, key=KEY, expires_at=NOW + timedelta(hours=1), nonce=2**63)

    facts = read_token(token, LinkKind.CONFIRM, [KEY], now=NOW)

    assert len(token) == 40
    assert facts is not None
    assert facts.nonce == 2**63
    assert facts.expires_at == NOW + timedelta(hours=1)
    assert read_token(token, LinkKind.CONFIRM, [KEY], now=NOW + timedelta(hours=1)) is None


def test_a_sign_in_cannot_be_signed_for_ever() -> None:
    with pytest.raises(ValueError, match="expires"):
        sign(LinkKind.SIGN_IN, 7, key=KEY)


def test_an_id_too_large_is_refused_rather_than_cut() -> None:
    with pytest.raises(ValueError, match="too large"):
        sign(LinkKind.CLICK, 7, key=KEY, target=2**28)


def test_two_supporters_links_share_nothing_to_see() -> None:
    ana, bilal = sign(LinkKind.LEAVE, 1, key=KEY), sign(LinkKind.LEAVE, 2, key=KEY)

    assert sum(a == b for a, b in zip(ana, bilal, strict=True)) < 8


def test_keys_for_two_purposes_differ() -> None:
    assert derive_key("s" * 32, "links") != derive_key("s" * 32, "suppressions")


@given(st.lists(st.integers(1, 2**38 - 1), max_size=5), st.integers(0, 2**28 - 1), st.integers(0, 2**28 - 1))
def test_many_at_once_are_signed_as_each_alone(supporter_ids: list[int], blast_id: int, target: int) -> None:
    facts = {"key": b"a key", "channel": Channel.EMAIL, "blast_id": blast_id, "target": target}

    alone = [sign(LinkKind.CLICK, one, **facts) for one in supporter_ids]  # type: ignore[arg-type]  # a link's facts
    assert sign_many(LinkKind.CLICK, supporter_ids, **facts) == alone  # type: ignore[arg-type]  # a link's facts


def test_an_id_too_large_for_a_link_is_refused_among_many() -> None:
    with pytest.raises(ValueError, match="too large"):
        sign_many(LinkKind.CLICK, [1, 2**38], key=b"a key")
