"""Words that cannot be filled in pause their blast and say so; once mended, the same blast goes out, once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from service.domain.channel import Channel, Pace
from service.domain.doubt import STANDARD
from service.domain.fixture import Score
from service.planning import fixtures
from service.planning.blast_checks import BlastRefused
from service.planning.blasts import CopyRefused, pause_blast, resume_blast
from service.planning.mending import mend_words, waits_for_words
from service.planning.stage_changes import change_stage
from service.planning.stage_checks import Changer, NeedsLauncher, StageChange
from service.planning.stages import CopyView, StageRefused
from service.sending.joiners import add_joiner
from service.sending.telling import tell_of_stopped
from service.store.tables.campaign import Campaign
from tests import make
from tests.sending.conftest import URL, Desk
from tests.waiting import until_it_waits

LAUNCHER, AUTHOR = Changer("cora@example.org", may_launch=True), Changer("dev@example.org", may_launch=False)
GOOD = StageChange(copies=(CopyView(Channel.EMAIL, "en", "", "Mended", "", "Dear {first_name|friend}"),))


def stage_of(desk: Desk, *, body: str = "It is {score}", **how: object) -> None:
    """A stage that is due, with Ana and Bilal, whose words name a score that there is not."""
    with desk.sessions.begin() as session:
        campaign = make.campaign(session)
        make.supporter(session, "Ana", campaign=campaign)
        make.supporter(session, "Bilal", campaign=campaign)
        due_at = None if "anchor" in how else datetime.now(UTC) - timedelta(minutes=1)
        words = {"channels": [Channel.EMAIL], "email": ("Score", body), "due_at": due_at}
        make.stage(session, campaign, **(words | how))  # type: ignore[arg-type]  # as the builder takes


def blasts(desk: Desk) -> list[tuple[str, str]]:
    with desk.sessions() as session:
        rows = session.execute(text("SELECT state, paused_reason FROM blasts ORDER BY id"))
        return [(row.state, row.paused_reason) for row in rows]


def mend_stage(desk: Desk, change: StageChange = GOOD, *, by: Changer = LAUNCHER) -> None:
    with desk.sessions.begin() as session:
        change_stage(session, 1, change, by=by, public_url=URL, now=datetime.now(UTC))


def resume(desk: Desk) -> None:
    with desk.sessions.begin() as session:
        resume_blast(session, 1, actor="Cora", now=datetime.now(UTC))


def go_on(desk: Desk) -> None:
    for _ in range(2):
        desk.tick(STANDARD)
        desk.open()
        desk.deliver()


def test_a_stage_whose_words_cannot_be_filled_in_waits_paused_and_goes_out_once_they_are_mended(desk: Desk) -> None:
    stage_of(desk)

    go_on(desk)
    paused = blasts(desk)
    mend_stage(desk)
    resume(desk)
    go_on(desk)

    ((state, why),) = paused
    assert state == "paused"
    assert why.startswith("its words cannot be filled in:")
    assert why.endswith("; mend them and resume")
    assert [state for state, _ in blasts(desk)] == ["done"]
    assert desk.states() == {"Ana": "accepted", "Bilal": "accepted"}
    assert len(desk.email.refs) == 2
    with desk.sessions() as session:
        assert session.scalars(text("SELECT subject FROM renderings")).all() == ["Mended"]
        assert session.scalar(text("SELECT count(*) FROM stage_firings")) == 1


def test_resumed_unmended_it_pauses_again_and_nothing_has_gone(desk: Desk) -> None:
    stage_of(desk)
    go_on(desk)

    resume(desk)
    go_on(desk)

    assert [state for state, _ in blasts(desk)] == ["paused"]
    assert desk.email.refs == []


def test_it_needs_no_mending_once_what_was_missing_is_there(desk: Desk) -> None:
    stage_of(desk)
    go_on(desk)
    with desk.sessions.begin() as session:
        fixtures.press_kick_off(session, 1, actor="Cora", now=datetime.now(UTC))
        fixtures.press_half_time(session, 1, score=Score(1, 0), actor="Cora", now=datetime.now(UTC))

    resume(desk)
    go_on(desk)

    assert desk.states() == {"Ana": "accepted", "Bilal": "accepted"}


def test_a_welcome_is_mended_too_and_goes_on_rolling(desk: Desk) -> None:
    stage_of(desk, anchor="sign_up", offset=timedelta(0), catch_up="send")
    go_on(desk)
    paused = blasts(desk)

    mend_stage(desk)
    resume(desk)
    go_on(desk)

    assert [state for state, _ in paused] == ["paused"]
    assert [state for state, _ in blasts(desk)] == ["running"]
    with desk.sessions() as session:
        assert session.scalar(text("SELECT is_rolling FROM blasts"))


def join(desk: Desk, name: str) -> None:
    """Somebody confirms their address."""
    with desk.sessions.begin() as session:
        who = make.supporter(session, name, campaign=session.get_one(Campaign, 1))
        add_joiner(session, campaign_id=1, supporter_id=who.id, channel=Channel.EMAIL, now=datetime.now(UTC))


def test_who_joins_while_a_welcome_waits_for_its_words_is_welcomed_once_it_has_them(desk: Desk) -> None:
    stage_of(desk, anchor="sign_up", offset=timedelta(0))
    go_on(desk)

    join(desk, "Cora")
    mend_stage(desk)
    resume(desk)
    join(desk, "Dev")
    before = desk.states()
    go_on(desk)
    join(desk, "Elnur")
    desk.deliver(pace=Pace.PROMPT)

    assert before == {}
    assert desk.states() == {"Cora": "accepted", "Dev": "accepted", "Elnur": "accepted"}
    with desk.sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM late_joiners")) == 0


def test_who_withdraws_before_the_welcome_has_its_words_is_not_welcomed(desk: Desk) -> None:
    stage_of(desk, anchor="sign_up", offset=timedelta(0))
    go_on(desk)
    join(desk, "Cora")
    with desk.sessions.begin() as session:
        session.execute(text("DELETE FROM permissions"))

    mend_stage(desk)
    resume(desk)
    go_on(desk)

    assert desk.states() == {}


def test_one_language_that_cannot_be_filled_in_freezes_none(desk: Desk) -> None:
    stage_of(desk, body="Plain")
    with desk.sessions.begin() as session:
        copy = "INSERT INTO copies (stage_id, channel, language, subject, body) VALUES (1, 'email', 'az', 'Hesab', '{score}')"
        session.execute(text(copy))

    go_on(desk)

    assert [state for state, _ in blasts(desk)] == ["paused"]
    with desk.sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM renderings")) == 0


def test_managers_are_told_of_it(desk: Desk) -> None:
    stage_of(desk)
    with desk.sessions.begin() as session:
        session.execute(
            text("INSERT INTO managers (email, role, created_at) VALUES ('cora@example.org', 'launcher', now())")
        )

    desk.tick(STANDARD)

    with desk.sessions.begin() as session:
        tell_of_stopped(session, public_url=URL, now=datetime.now(UTC))
        assert session.scalars(text("SELECT kind FROM notices")).all() == ["blast_stopped"]


def test_only_words_that_wait_are_mended_and_only_by_who_may_launch(desk: Desk) -> None:
    stage_of(desk)
    go_on(desk)

    with pytest.raises(NeedsLauncher):
        mend_stage(desk, by=AUTHOR)
    mend_stage(desk)
    resume(desk)
    go_on(desk)

    with pytest.raises(StageRefused, match="has fired"):
        mend_stage(desk)


def test_words_are_not_mended_while_somebody_resumes_their_blast(desk: Desk) -> None:
    stage_of(desk)
    go_on(desk)

    with ThreadPoolExecutor(1) as pool, desk.sessions.begin() as resuming:
        resume_blast(resuming, 1, actor="Cora", now=datetime.now(UTC))
        resuming.flush()
        mending = pool.submit(mend_stage, desk)
        until_it_waits(desk.sessions, mending)
        resuming.commit()
        refused = mending.exception(60)

    assert isinstance(refused, StageRefused)
    assert "has fired" in str(refused)


def test_a_blast_is_not_resumed_while_somebody_mends_its_words(desk: Desk) -> None:
    stage_of(desk)
    go_on(desk)

    with ThreadPoolExecutor(1) as pool, desk.sessions.begin() as mending:
        change_stage(mending, 1, GOOD, by=LAUNCHER, public_url=URL, now=datetime.now(UTC))
        resuming = pool.submit(resume, desk)
        until_it_waits(desk.sessions, resuming)
        has_resumed = resuming.done()
        mending.commit()
        resuming.result(60)
    go_on(desk)

    assert not has_resumed
    with desk.sessions() as session:
        assert session.scalars(text("SELECT subject FROM renderings")).all() == ["Mended"]


def test_a_paused_blast_whose_words_are_frozen_is_resumed_as_ever_and_not_mended(desk: Desk) -> None:
    stage_of(desk, body="Plain")
    desk.tick(STANDARD)
    with desk.sessions.begin() as session:
        pause_blast(session, 1, actor="Cora", now=datetime.now(UTC))
        assert not waits_for_words(session, 1)

    resume(desk)
    state = blasts(desk)
    go_on(desk)

    assert [state for state, _ in state] == ["opening"]
    assert len(desk.email.refs) == 2


def test_a_blast_of_a_manager_s_own_is_mended_and_resumed(desk: Desk) -> None:
    with desk.sessions.begin() as session:
        campaign = make.campaign(session)
        make.supporter(session, "Ana", campaign=campaign)
        make.blast(session, campaign, channels=[Channel.EMAIL], email="It is {score}")
    go_on(desk)
    paused = blasts(desk)
    bad, good = ({"en": {"email": {"subject": "S", "preheader": "", "body": body}}} for body in ("{score}", "Hello"))

    with pytest.raises(CopyRefused), desk.sessions.begin() as session:
        mend_words(session, 1, bad, public_url=URL, actor="Cora", now=datetime.now(UTC))
    with desk.sessions.begin() as session:
        mend_words(session, 1, good, public_url=URL, actor="Cora", now=datetime.now(UTC))
    resume(desk)
    go_on(desk)

    assert [state for state, _ in paused] == ["paused"]
    assert desk.states() == {"Ana": "accepted"}
    with pytest.raises(BlastRefused), desk.sessions.begin() as session:
        mend_words(session, 1, good, public_url=URL, actor="Cora", now=datetime.now(UTC))


def test_a_blast_whose_link_leads_to_a_briefing_that_is_gone_pauses_and_goes_out_once_it_is_mended(desk: Desk) -> None:
    with desk.sessions.begin() as session:
        campaign = make.campaign(session)
        make.supporter(session, "Ana", campaign=campaign)
        make.blast(session, campaign, channels=[Channel.EMAIL], email="Read {briefing_link:election-2003}")
        session.execute(text("DELETE FROM briefings"))

    go_on(desk)
    ((state, why),) = blasts(desk)
    sent = len(desk.email.refs)
    with desk.sessions.begin() as session:
        copy = {"en": {"email": {"subject": "Read", "preheader": "", "body": "Read {share_link}"}}}
        mend_words(session, 1, copy, public_url=URL, actor="Cora", now=datetime.now(UTC))
    resume(desk)
    go_on(desk)

    assert (state, sent) == ("paused", 0)
    assert why == ("its words cannot be filled in: the campaign has no briefing 'election-2003'; mend them and resume")
    assert desk.states() == {"Ana": "accepted"}


def test_a_stage_whose_petition_is_not_there_pauses_and_says_so(desk: Desk) -> None:
    stage_of(desk, body="Sign {petition_link}")
    with desk.sessions.begin() as session:
        session.execute(text("DELETE FROM petitions"))

    go_on(desk)

    ((state, why),) = blasts(desk)
    assert (state, "the campaign has no petition" in why) == ("paused", True)
    assert desk.email.refs == []
