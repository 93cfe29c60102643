"""The welcome knows how the match stands, and whether its reader has signed."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from service.domain.channel import Channel
from service.domain.fixture import Result
from service.domain.variant import places_at
from service.petitioning.sign import sign_petition
from service.sending.due import fire_due_stages
from service.sending.freeze import Words, choose_words
from service.sending.joiners import add_joiner
from service.sending.welcomes import freeze_welcomes
from service.sending.write import write_next_span
from service.store.carried import INFO
from service.store.tables.blasts import Rendering
from service.store.tables.campaign import Campaign, Copy, Fixture, Stage
from service.store.tables.sending import Batch, Message
from tests import make

URL = "https://example.org"
NOW = make.KICK_OFF - timedelta(days=1)


@pytest.fixture
def campaign(session: Session) -> Campaign:
    return make.campaign(session)


@pytest.fixture
def welcome(session: Session, campaign: Campaign) -> Stage:
    """A welcome by email and text, written for each way a match can stand."""
    stage = make.stage(session, campaign, slug="welcome", anchor="sign_up", channels=list(Channel))
    for channel in Channel:
        for variant in ("live", "after", "signed", "live.signed", "after.signed"):
            session.add(
                Copy(
                    stage_id=stage.id,
                    channel=channel,
                    language="en",
                    variant=variant,
                    subject="Hello",
                    body=f"Words for {variant}.",
                )
            )
    session.execute(update(Copy).where(Copy.variant == "").values(body="Words for before."))
    session.flush()
    fire_due_stages(session, public_url=URL, now=NOW)
    return stage


def sign(session: Session, campaign: Campaign, supporter_id: int) -> None:
    """Put their name on the petition."""
    sign_petition(
        session,
        campaign_id=campaign.id,
        supporter_id=supporter_id,
        source="web",
        name="Ana Aliyeva",
        now=NOW,
        key=make.KEY,
    )


def stand(session: Session, state: str, score: tuple[int, int] | None) -> None:
    """The whistle went, and the ticker has ticked."""
    home, away = score or (None, None)
    session.execute(update(Fixture).values(state=state, home_score=home, away_score=away))
    session.expire_all()
    freeze_welcomes(session, public_url=URL)


def welcomed(session: Session, campaign: Campaign, name: str, *, signs: bool = False) -> dict[str, str]:
    """Somebody joins by both channels; the words of each of their messages."""
    number = len(name) + sum(map(ord, name)) % 900
    who = make.supporter(session, name, campaign=campaign, phone=f"+447700900{number:03d}")
    if signs:
        sign(session, campaign, who.id)
    for channel in Channel:
        add_joiner(session, campaign_id=campaign.id, supporter_id=who.id, channel=channel, now=NOW)
    question = (
        select(Message.channel, Rendering.text)
        .join(Batch, Batch.id == Message.batch_id)
        .join(Rendering, Rendering.id == Batch.rendering_id)
        .where(Message.supporter_id == who.id)
    )
    return dict(map(tuple, session.execute(question)))


@pytest.mark.parametrize(
    ("state", "score", "words"),
    [
        ("scheduled", None, "before"),
        ("live", (0, 0), "live"),
        ("half_time", (0, 1), "live"),
        ("full_time", (0, 1), "after"),
        # Nobody wrote anything for it: what is written for whichever it is stands.
        ("postponed", None, "before"),
    ],
)
def test_a_joiner_is_welcomed_as_the_match_stands(
    session: Session, campaign: Campaign, welcome: Stage, state: str, score: tuple[int, int] | None, words: str
) -> None:
    stand(session, state, score)

    got = welcomed(session, campaign, "Ana")

    assert got["sms"] == f"Words for {words}."
    assert f"Words for {words}." in got["email"]


def test_the_band_of_a_welcome_shows_the_score_as_it_is(session: Session, campaign: Campaign, welcome: Stage) -> None:
    before = welcomed(session, campaign, "Ana")["email"]
    stand(session, "half_time", (0, 1))
    at_half_time = welcomed(session, campaign, "Bilal")["email"]
    stand(session, "full_time", (2, 1))
    put_right = welcomed(session, campaign, "Cora")["email"]

    assert before.startswith("Azerbaijan v England")
    assert at_half_time.startswith("Azerbaijan 0-1 England")
    assert put_right.startswith("Azerbaijan 2-1 England")


def test_whoever_has_signed_is_not_asked_to_sign(session: Session, campaign: Campaign, welcome: Stage) -> None:
    before = welcomed(session, campaign, "Ana", signs=True)["sms"]
    stand(session, "full_time", (0, 1))
    after = welcomed(session, campaign, "Bilal", signs=True)["sms"]

    assert (before, after) == ("Words for signed.", "Words for after.signed.")


def test_a_welcome_is_frozen_once_for_each_way_the_match_stands(
    session: Session, campaign: Campaign, welcome: Stage
) -> None:
    stand(session, "live", (0, 0))

    again = [freeze_welcomes(session, public_url=URL) for _ in range(3)]

    assert again == [0, 0, 0]
    assert session.scalar(text("SELECT count(*) FROM renderings WHERE arm = 'live 0-0'")) == 2


def test_in_the_second_before_the_ticker_a_joiner_still_gets_a_welcome(
    session: Session, campaign: Campaign, welcome: Stage
) -> None:
    session.execute(update(Fixture).values(state="live", home_score=0, away_score=0))
    session.expire_all()

    assert welcomed(session, campaign, "Ana", signs=True)["sms"] == "Words for before."


def test_a_channel_that_comes_to_be_carried_gets_the_words_of_a_welcome_that_is_open(
    session: Session, campaign: Campaign
) -> None:
    session.info[INFO] = frozenset({Channel.EMAIL})
    make.stage(session, campaign, slug="welcome", anchor="sign_up", channels=list(Channel))
    fire_due_stages(session, public_url=URL, now=NOW)
    before = freeze_welcomes(session, public_url=URL)
    by_email = welcomed(session, campaign, "Ana")

    session.info[INFO] = frozenset(Channel)
    after = [freeze_welcomes(session, public_url=URL) for _ in range(2)]

    assert (before, after) == (0, [1, 0])
    assert by_email.keys() == {"email"}
    assert welcomed(session, campaign, "Bilal").keys() == {"email", "sms"}


def test_a_welcome_without_words_for_a_channel_still_goes_by_the_other(
    session: Session, campaign: Campaign, welcome: Stage
) -> None:
    session.execute(delete(Copy).where(Copy.stage_id == welcome.id, Copy.channel == Channel.EMAIL))

    stand(session, "full_time", (0, 1))

    assert welcomed(session, campaign, "Ana")["sms"] == "Words for after."


@pytest.mark.parametrize("state", ["full_time", "postponed"])
def test_that_a_welcome_has_no_words_is_said_once(
    session: Session, campaign: Campaign, welcome: Stage, caplog: pytest.LogCaptureFixture, state: str
) -> None:
    session.execute(delete(Copy).where(Copy.stage_id == welcome.id, Copy.channel == Channel.EMAIL))

    stand(session, state, None)

    assert [record.message for record in caplog.records if "welcome" in record.message] == [
        "a welcome cannot be rendered"
    ]


def test_at_full_time_signers_and_others_each_get_their_own_words(session: Session, campaign: Campaign) -> None:
    stage = make.stage(session, campaign, anchor="kick_off", channels=[Channel.SMS])
    session.add(
        Copy(stage_id=stage.id, channel=Channel.SMS, language="en", variant="signed", subject="", body="Pass it on.")
    )
    session.execute(update(Copy).where(Copy.variant == "").values(body="Add your name."))
    ana = make.supporter(session, "Ana", campaign=campaign, phone="+447700900001")
    bilal = make.supporter(session, "Bilal", campaign=campaign, phone="+447700900002")
    sign(session, campaign, ana.id)

    fire_due_stages(session, public_url=URL, now=make.KICK_OFF - timedelta(days=2))
    while not (written := write_next_span(session)) or not written.done:
        pass

    question = (
        select(Message.supporter_id, Rendering.text)
        .join(Batch, Batch.id == Message.batch_id)
        .join(Rendering, Rendering.id == Batch.rendering_id)
    )
    got = dict(map(tuple, session.execute(question)))
    assert got == {ana.id: "Pass it on.", bilal.id: "Add your name."}


def test_words_for_signers_come_before_those_for_one_result() -> None:
    written = [
        Words(Channel.SMS, "en", variant, "", "", variant)
        for variant in ("", "home_win", "away_win", "signed", "away_win.signed")
    ]

    home, away = choose_words(written, "home_win"), choose_words(written, "away_win")

    assert [(each.arm, each.body) for each in home] == [("signed", "signed"), ("", "home_win")]
    assert [(each.arm, each.body) for each in away] == [("signed", "away_win.signed"), ("", "away_win")]


# A petition that has closed.


def _close(session: Session) -> None:
    session.execute(text("UPDATE petitions SET closed_at = :now, delivered_at = :now"), {"now": NOW})
    session.expire_all()


@pytest.mark.parametrize("state", ["scheduled", "live", "full_time"])
def test_whoever_joins_after_the_petition_has_closed_is_not_asked_to_sign_it(
    session: Session, campaign: Campaign, welcome: Stage, state: str
) -> None:
    for variant in ("closed", "closed.signed"):
        for channel in Channel:
            session.add(
                Copy(
                    stage_id=welcome.id,
                    channel=channel,
                    language="en",
                    variant=variant,
                    subject="Hello",
                    body=f"Words for {variant}.",
                )
            )
    stand(session, state, None if state == "scheduled" else (0, 1))
    early = welcomed(session, campaign, "Ana")

    _close(session)
    freeze_welcomes(session, public_url=URL)
    late = welcomed(session, campaign, "Bilal")

    assert "closed" not in early["sms"] + early["email"]
    assert all("Words for closed." in words for words in late.values())


def test_where_nobody_wrote_words_for_it_those_of_the_match_stand(
    session: Session, campaign: Campaign, welcome: Stage
) -> None:
    _close(session)

    stand(session, "full_time", (0, 1))

    assert welcomed(session, campaign, "Ana")["sms"] == "Words for after."


def test_any_stage_may_have_words_for_a_petition_that_has_closed() -> None:
    written = [
        Words(Channel.SMS, "en", variant, "", "", f"Words for {variant}.") for variant in ("", "closed", "away_win")
    ]

    open_, closed = (choose_words(written, *places_at(Result.AWAY_WIN, has_closed=each)) for each in (False, True))

    assert [each.body for each in open_] == ["Words for away_win."]
    assert [each.body for each in closed] == ["Words for closed."]
