"""A link does what it was signed for, for whom it was signed, and nothing else."""

import runpy
from binascii import b2a_base64
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.channel import Channel
from service.wording.links import EXPIRING, LinkKind, derive_key, read_token, sign, sign_many, tidy_token

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


def test_no_token_ends_where_an_app_would_end_the_link(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(Path(__file__).parents[1] / "cases/token_ends_in_dash/count.py.txt"))

    assert capsys.readouterr().out == "0.0\n"


@pytest.mark.parametrize("kind", list(LinkKind))
def test_neither_does_one_that_is_signed_alone(kind: LinkKind) -> None:
    passing = {"expires_at": NOW, "nonce": 1} if kind in EXPIRING else {}

    tokens = [sign(kind, number, key=KEY, **passing) for number in range(500)]  # type: ignore[arg-type]  # a link's facts

    assert not any(token.endswith(("-", "_")) for token in tokens)
    before = NOW - timedelta(hours=1)
    read = [read_token(token, kind, [KEY], now=before) for token in tokens]
    assert [facts.supporter_id for facts in read if facts] == list(range(500))


def _signed_before(supporter_id: int) -> str:
    """A token as the version before wrote it, whatever sign it ends in."""
    facts = (supporter_id << 56).to_bytes(12, "big")
    mac = blake2b(facts, digest_size=12, key=KEY, person=b"leave").digest()
    veil = blake2b(mac, digest_size=12, key=KEY, person=b"veil leave").digest()
    return (
        b2a_base64(mac + bytes(a ^ b for a, b in zip(facts, veil, strict=True)), newline=False)
        .decode()
        .translate(str.maketrans("+/", "-_"))
    )


def test_links_that_are_out_already_are_still_read() -> None:
    old = [_signed_before(number) for number in range(1, 400)]

    assert any(token.endswith(("-", "_")) for token in old)
    read = [read_token(token, LinkKind.LEAVE, [KEY]) for token in old]
    assert [facts.supporter_id for facts in read if facts] == list(range(1, 400))


@pytest.mark.parametrize("end", [*".,;:!?)>]\"'/»…= -_", "%20", "%2E", "%252E", "\u200b", "\n", "=\r\n", " and more"])
def test_a_sign_that_came_along_with_a_link_is_cut_off(end: str) -> None:
    token = sign(LinkKind.LEAVE, 7, key=KEY)

    assert tidy_token(token + end, LinkKind.LEAVE) == token
    assert read_token(token + end, LinkKind.LEAVE, [KEY]) is not None


def test_a_link_broken_over_two_lines_is_read_whole() -> None:
    token = sign(LinkKind.LEAVE, 7, key=KEY)

    for torn in ("=\r\n", "\n ", "\u200b", "%0D%0A", "%20"):
        assert read_token(f"<{token[:20]}{torn}{token[20:]}>", LinkKind.LEAVE, [KEY]) is not None
