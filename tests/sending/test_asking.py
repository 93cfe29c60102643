"""What a stranger's form may make us send: pumping stops within its budget, an honest crowd does not."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from service import clock
from service.consenting.countries import Countries
from service.domain.channel import Channel
from service.domain.manager import Role
from service.domain.notice import NoticeKind
from service.joining.not_me import end_letters, take_letters_again
from service.sending.asking import let_go
from service.sending.notice_hand_over import NoticeDesk
from service.sending.notice_words import NoticeWriter
from service.sending.notices import NoticeRequest, ask_notice
from service.settings import Limits
from service.store.queries import sign_ups
from service.store.queries.consents import lock_for_opt_out
from service.store.queries.house import database_now
from service.store.tables.campaign import Campaign, Fixture
from service.store.tables.manager import Manager
from tests import make
from tests.moments import MOMENTS, StoppedClock
from tests.sending.notebook import EmailNotebook, SmsNotebook
from tests.waiting import until_it_waits

# The real limits are a stadium's; these are a fiftieth of them.
LIMITS = Limits(limit_unconfirmed_texts=10, limit_texts_per_range=5, limit_emails_per_mailbox=3)
NIGHT = MOMENTS["at night"]
pytestmark = pytest.mark.parametrize("stopped_clock", [NIGHT], indirect=True)


@dataclass
class Forms:
    """A campaign's forms, the desk that hands over what they ask for, and a clock that stands."""

    sessions: sessionmaker[Session]
    clock: StoppedClock
    desk: NoticeDesk
    campaign_id: int
    asked: int = 0

    @property
    def emails(self) -> list[str]:
        assert isinstance(self.desk.email, EmailNotebook)
        return self.desk.email.addresses

    @property
    def texts(self) -> list[str]:
        assert isinstance(self.desk.sms, SmsNotebook)
        return [sent.to for sent in self.desk.sms.texts]

    def ask(self, *addresses: str, kind: NoticeKind | None = None, supporter_id: int | None = None) -> list[int]:
        """Somebody types these into a form; what may go is handed over. The sign-ups' ids."""
        made, now = [], self.now
        with self.sessions.begin() as session:
            for address in addresses:
                channel = Channel.EMAIL if "@" in address else Channel.SMS
                made.append(self._sign_up(session, channel, address, now))
                self.asked += 1
                known = NoticeKind.CONFIRM_EMAIL if channel is Channel.EMAIL else NoticeKind.CONFIRM_SMS
                request = NoticeRequest(
                    kind=kind or known,
                    channel=channel,
                    to_address=address,
                    dedupe_key=f"{self.asked}",
                    facts={"sign_up_id": str(made[-1])},
                    campaign_id=self.campaign_id,
                    supporter_id=supporter_id,
                    passes_suppression=True,
                )
                ask_notice(session, request, now=now)
        self.send()
        return made

    def confirm(self, *sign_up_ids: int) -> None:
        """These numbers text JOIN."""
        with self.sessions.begin() as session:
            session.execute(
                text("UPDATE sign_ups SET phone_confirmed_at = :now WHERE id = ANY(:ids)"),
                {"now": self.now, "ids": list(sign_up_ids)},
            )

    def tick(self, later: timedelta = timedelta(0)) -> None:
        self.clock.go_on(later)
        with self.sessions.begin() as session:
            self.desk.asking.go_on(session, now=self.now)
        self.send()

    def send(self) -> None:
        self.desk.send_due(until=clock.monotonic() + 120)

    @property
    def now(self) -> datetime:
        with self.sessions() as session:
            return database_now(session)

    def states(self) -> dict[str, int]:
        question = text("SELECT state || ' ' || reason AS how, count(*) AS many FROM notices GROUP BY 1")
        with self.sessions() as session:
            return {row.how.strip(): row.many for row in session.execute(question)}

    def _sign_up(self, session: Session, channel: Channel, address: str, now: datetime) -> int:
        values = {
            "campaign_id": self.campaign_id,
            "first_name": "Ana",
            "full_name": "",
            "place": "",
            "referred_by": None,
            "email": None,
            "phone": None,
            "wants_email": True,
            "wants_sms": True,
            "signs_petition": False,
            "wordings": {},
            "locale": "en",
            "time_zone": "Europe/London",
            "source": "",
            "ip": "",
            "created_at": now,
            "email" if channel is Channel.EMAIL else "phone": address,
        }
        return sign_ups.add(session, values)


@pytest.fixture
def forms(stopped_clock: StoppedClock, sessions: sessionmaker[Session]) -> Forms:
    with sessions.begin() as session:
        campaign_id = make.campaign(session).id
        for role in (Role.ADMIN, Role.LAUNCHER, Role.AUTHOR):
            session.add(Manager(email=f"{role}@example.org", role=str(role), created_at=NIGHT))
    desk = NoticeDesk(
        sessions,
        EmailNotebook(),
        SmsNotebook(),
        NoticeWriter(b"a key", "https://example.org", "touchline@example.org"),
        make.KEY,
        "https://example.org",
        limits=LIMITS,
    )
    return Forms(sessions, stopped_clock, desk, campaign_id)


def scattered(count: int, first: int = 0) -> list[str]:
    """Numbers of as many ranges as there are numbers, as fraudsters choose them."""
    return [
        f"+4474{place % 100:02}{place // 100:02}{place % 90 + 10:02}00{place % 10}"[:13]
        for place in range(first, first + count)
    ]


def test_numbers_typed_from_all_ranges_are_stopped_within_the_budget(forms: Forms) -> None:
    forms.ask(*scattered(120))

    assert len(forms.texts) == 10
    assert forms.states()["queued over_budget"] == 110


def test_the_managers_who_may_let_it_go_are_told_once(forms: Forms) -> None:
    forms.ask(*scattered(15))
    forms.tick()
    forms.tick(timedelta(minutes=5))

    assert sorted(forms.emails) == ["admin@example.org", "launcher@example.org"]
    assert isinstance(forms.desk.email, EmailNotebook)
    assert "are being held back" in forms.desk.email.batches[0].subject
    assert "hardly anybody confirms" in forms.desk.email.batches[0].text


def test_a_crowd_that_confirms_is_not_stopped(forms: Forms) -> None:
    for begin in range(0, 80, 8):
        joined = forms.ask(*scattered(8, begin))
        forms.confirm(*joined[: len(joined) // 2])
    forms.tick()

    assert len(forms.texts) == 80
    assert forms.emails == []


def test_a_crowd_whose_replies_come_late_waits_for_them_and_for_no_manager(forms: Forms) -> None:
    joined = forms.ask(*scattered(40))
    held = len(forms.texts)
    forms.confirm(*joined[:8])
    forms.tick(timedelta(seconds=20))

    assert held == 10
    assert len(forms.texts) == 40
    assert forms.emails == []


def test_an_alarm_ends_by_itself_when_it_has_been_quiet(forms: Forms) -> None:
    forms.ask(*scattered(15))
    forms.tick()

    forms.tick(timedelta(minutes=16))

    with forms.sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM ask_alarms")) == 0


def test_a_manager_lets_it_go(forms: Forms) -> None:
    forms.ask(*scattered(15))
    with forms.sessions.begin() as session:
        assert let_go(session, forms.campaign_id, actor="cora@example.org", now=NIGHT)

    forms.tick()
    forms.ask(*scattered(10, 15))

    assert len(forms.texts) == 25


def test_the_hourly_budgets_hold_for_a_campaign_a_country_and_all_together(forms: Forms) -> None:
    for limits, budget in (
        (replace(LIMITS, limit_texts_per_campaign=2), "texts of campaign"),
        (replace(LIMITS, limit_texts_per_country=4), "country"),
        (replace(LIMITS, limit_texts=6), "texts"),
    ):
        forms.desk = replace(forms.desk, limits=limits)
        forms.ask(*scattered(4, forms.asked))
        with forms.sessions() as session:
            assert session.scalar(text("SELECT max(budget) FROM ask_alarms WHERE budget = :b"), {"b": budget}) == budget

    assert len(forms.texts) == 6
    forms.desk = replace(forms.desk, limits=LIMITS)
    forms.tick(timedelta(hours=1))
    assert len(forms.texts) == 6, "what waited for an hour is no longer worth a text"


def test_numbers_that_begin_alike_are_stopped_for_good(forms: Forms) -> None:
    forms.ask(*[f"+447400100{place:03}" for place in range(12)])

    assert len(forms.texts) == 5
    assert forms.states()["withheld over_budget"] == 7


def test_one_mailbox_has_one_allowance_however_it_is_spelt(forms: Forms) -> None:
    plus = [f"victim+{place}@gmail.com" for place in range(8)]
    dots = ["v.ictim@gmail.com", "vi.ctim@gmail.com", "victim@googlemail.com"]

    forms.ask(*plus, *dots)

    assert len(forms.emails) == 3


def test_a_stranger_s_form_writes_to_a_member_once_a_month(forms: Forms) -> None:
    with forms.sessions.begin() as session:
        campaign = session.get_one(Campaign, forms.campaign_id)
        bilal = make.supporter(session, "Bilal", campaign=campaign, phone="+447700900124").id

    for day in (0, 1, 15, 29, 31):
        forms.clock.go_on(NIGHT + timedelta(days=day) - forms.now)
        forms.ask("bilal@example.org", kind=NoticeKind.ALREADY_JOINED, supporter_id=bilal)
        forms.ask("+447700900124", kind=NoticeKind.ALREADY_JOINED_SMS, supporter_id=bilal)
        assert len(forms.emails) == len(forms.texts) == (1 if day < 30 else 2)


def test_the_answer_to_join_is_no_form_s_letter_and_has_none_of_its_limits(forms: Forms) -> None:
    for _ in range(2):
        forms.ask(*scattered(20), kind=NoticeKind.JOINED_SMS)

    assert len(forms.texts) == 40
    assert "queued over_budget" not in forms.states()


def test_whoever_says_it_was_not_them_gets_no_more_letters_however_they_are_spelt(forms: Forms) -> None:
    (sign_up_id,) = forms.ask("dev@gmail.com")
    with forms.sessions.begin() as session:
        assert end_letters(session, sign_up_id, key=make.KEY, now=NIGHT)

    forms.ask("dev@gmail.com", "d.e.v+news@googlemail.com")
    assert forms.emails == ["dev@gmail.com"]
    assert forms.states()["withheld not_me"] == 2

    with forms.sessions.begin() as session:
        take_letters_again(session, sign_up_id, key=make.KEY)
    forms.ask("dev@gmail.com")
    assert len(forms.emails) == 2


def test_a_letter_that_asks_can_be_ended_from_the_mailbox(forms: Forms) -> None:
    forms.ask("ana@example.org")

    assert isinstance(forms.desk.email, EmailNotebook)
    (letter,) = forms.desk.email.batches
    assert letter.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = letter.headers["List-Unsubscribe"].strip("<>")
    assert link in letter.text
    assert link in (letter.html or "").replace("&amp;", "&")


@pytest.mark.parametrize(
    ("number", "named", "allowed", "goes"),
    [
        ("+447700900123", (), (), True),
        ("+447797712345", (), (), False),
        ("+447781123456", (), (), False),
        ("+447924123456", (), (), False),
        ("+5352345678", (), (), False),
        ("+353851234567", (), (), False),
        ("+353851234567", ("GB", "IE"), (), True),
        ("+447797712345", ("JE",), (), True),
        ("+447700900123", ("JE",), (), False),
        ("+353851234567", (), ("GB", "IE"), True),
        ("+353851234567", ("IE",), ("GB",), False),
    ],
)
@pytest.mark.parametrize("kind", [NoticeKind.CONFIRM_SMS, NoticeKind.HELP_SMS, NoticeKind.NO_BRIEFING_SMS])
def test_texts_go_only_where_the_campaign_is(
    forms: Forms, kind: NoticeKind, number: str, named: tuple[str, ...], allowed: tuple[str, ...], goes: bool
) -> None:
    with forms.sessions.begin() as session:
        session.get_one(Campaign, forms.campaign_id).countries = list(named)
    forms.desk = replace(forms.desk, countries=Countries(allowed))

    forms.ask(number, kind=kind)

    assert forms.texts == ([number] if goes else [])
    assert goes or forms.states() == {"withheld country": 1}


@pytest.mark.parametrize("number", ["+353851234567", "+5352345678"])
def test_testers_are_texted_where_any_campaign_is(forms: Forms, number: str) -> None:
    goes = number.startswith("+353")
    with forms.sessions.begin() as session:
        match = session.get_one(Fixture, session.get_one(Campaign, forms.campaign_id).fixture_id)
        make.campaign(session, slug="elsewhere", match=match).countries = ["IE"]
        # What a text to a tester says is drawn from these.
        tester = make.a_tester(session, number)
        for kind, facts in ((NoticeKind.TESTER_SMS, {}), (NoticeKind.TEST_SMS, {"body": "Sign"})):
            request = NoticeRequest(
                kind=kind,
                channel=Channel.SMS,
                to_address=number,
                dedupe_key=f"{kind}",
                facts={"tester_id": str(tester.id), "turn": "1"} | facts,
                campaign_id=forms.campaign_id if kind is NoticeKind.TEST_SMS else None,
            )
            ask_notice(session, request, now=forms.now)

    forms.send()

    assert forms.texts == [number] * (2 if goes else 0)
    assert goes or forms.states() == {"withheld country": 2}


def test_whoever_leaves_does_not_wait_for_a_letter_that_waits_for_its_budget(forms: Forms) -> None:
    with ThreadPoolExecutor(1) as pool:
        with forms.sessions.begin() as session:
            session.execute(text("LOCK TABLE ask_counts IN ACCESS EXCLUSIVE MODE"))
            asked = pool.submit(forms.ask, "ana@example.org")
            until_it_waits(forms.sessions, asked)
            session.execute(text("SET LOCAL lock_timeout = '5s'"))
            lock_for_opt_out(session)
        asked.result(30)

    assert forms.emails == ["ana@example.org"]
