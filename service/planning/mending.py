"""Mend the words of a blast that is paused because they could not be filled in; then it is resumed."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from service.domain.chain import was_becomes
from service.domain.channel import Channel
from service.domain.message import BlastState
from service.planning.blast_checks import BlastRefused
from service.planning.blasts import audit_blast, check_copy
from service.sending.freeze import Draft, Words, words_of_test
from service.store import Session
from service.store.queries import blasts, blasts_life


def waits_for_words(session: Session, blast_id: int) -> bool:
    """Whether a blast was paused before it opened: its words can still be mended."""
    row = blasts.blast(session, blast_id)
    return row is not None and row.state == BlastState.PAUSED and row.opened_at is None


def stage_waits_for_words(session: Session, stage_id: int) -> bool:
    """Whether the blast of a stage was paused before it opened: the stage's words can still be mended."""
    return blasts_life.unopened_of_stage(session, stage_id) is not None


def stage_of(session: Session, blast_id: int) -> str:
    """The slug of the stage a blast is of; '' for a manager's own."""
    return blasts.stage_slug_of(session, blast_id) or ""


def mend_words(
    session: Session,
    blast_id: int,
    copy: Mapping[str, Mapping[str, Mapping[str, str]]],
    *,
    other: Mapping[str, Mapping[str, Mapping[str, str]]] | None = None,
    public_url: str,
    actor: str,
    now: datetime,
) -> None:
    """Give a manager's blast that waits for them other words, by language and channel; resuming it is another deed.

    `other`: what its second wording says, where it tries two; what is empty in it is as in the first, and None leaves
    it as it is. Raises BlastRefused or CopyRefused.
    """
    row = blasts.hold_blast(session, blast_id)
    if row is None or row.stage_id is not None or not waits_for_words(session, blast_id):
        raise BlastRefused("only a blast of your own that is paused because of its words can be given others")
    draft, second = _plain(copy), _plain(row.test_draft if other is None else other)
    if row.test_share and not any(
        each for channels in second.values() for said in channels.values() for each in said.values()
    ):
        raise BlastRefused("the second wording says nothing of its own; give it words, or cancel the blast")
    words = words_of_test(draft, second if row.test_share else {})
    channels = [Channel(channel) for channel in row.channels]
    check_copy(session, row.campaign_id, words, channels, public_url=public_url)
    was, becomes = _said(words_of_test(row.draft, row.test_draft if row.test_share else {})), _said(words)
    details = {
        name: was_becomes(was.get(name, "–"), becomes.get(name, "–"))
        for name in was | becomes
        if was.get(name) != becomes.get(name)
    }
    row.draft, row.test_draft = draft, second if row.test_share else row.test_draft
    row.changed_by = actor
    session.flush()
    audit_blast(session, blast_id, "blast reworded", actor, now, details)


def _plain(copy: Mapping[str, Mapping[str, Mapping[str, str]]]) -> Draft:
    return {language: {name: dict(said) for name, said in each.items()} for language, each in copy.items()}


def _said(words: Sequence[Words]) -> dict[str, str]:
    return {f"{each.channel}, {each.language}{each.arm and f', wording {each.arm}'}": _short(each) for each in words}


def _short(words: Words) -> str:
    return f"{words.subject} {words.body}"[:300]
