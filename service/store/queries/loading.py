"""Questions of loading a campaign from its files: each part put there or brought up to date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from service.domain.message import BlastState
from service.store import Session
from service.store.tables.blasts import Blast, Rendering
from service.store.tables.campaign import Briefing, Campaign, Copy, Fixture, Link, Petition, Stage


def fixture_named(session: Session, slug: str) -> Fixture | None:
    """A fixture by its slug, held."""
    return session.scalars(select(Fixture).where(Fixture.slug == slug).with_for_update()).one_or_none()


def put_fixture(session: Session, slug: str, values: Mapping[str, object]) -> Fixture:
    """Put a fixture there or change it."""
    row = upsert(Fixture).values(slug=slug, **values)
    session.execute(row.on_conflict_do_update(constraint="uq_fixtures_slug", set_=dict(values)))
    session.expire_all()
    return session.scalars(select(Fixture).where(Fixture.slug == slug)).one()


def campaign_named(session: Session, slug: str) -> Campaign | None:
    """A campaign by its slug."""
    return session.scalars(select(Campaign).where(Campaign.slug == slug)).one_or_none()


def put_campaign(session: Session, slug: str, values: Mapping[str, object]) -> Campaign:
    """Put a campaign there or change it."""
    row = upsert(Campaign).values(slug=slug, **values)
    session.execute(row.on_conflict_do_update(constraint="uq_campaigns_slug", set_=dict(values)))
    session.expire_all()
    return session.scalars(select(Campaign).where(Campaign.slug == slug)).one()


def stages_of(session: Session, campaign_id: int) -> Sequence[Stage]:
    """Every stage of a campaign, removed ones too."""
    return session.scalars(select(Stage).where(Stage.campaign_id == campaign_id).order_by(Stage.position)).all()


def put_stage(session: Session, campaign_id: int, slug: str, values: Mapping[str, object]) -> int:
    """Put a stage there or change it; its id."""
    row = upsert(Stage).values(campaign_id=campaign_id, slug=slug, **values)
    kept = row.on_conflict_do_update(constraint="uq_stages_campaign_id_slug", set_=dict(values))
    return session.scalars(kept.returning(Stage.id)).one()


def release_stage(session: Session, stage_id: int) -> None:
    """Let a stage fire by itself, whatever of it was waiting for a release."""
    as_it_is = {"unreleased_at": None, "unreleased_by": "", "released_facts": None}
    session.execute(update(Stage).where(Stage.id == stage_id).values(**as_it_is))


def note_changer(session: Session, stage_id: int, name: str) -> None:
    """Who changed a stage last: whether it takes a second person is asked anew."""
    anew = {"changed_by": name, "approval_wanted_at": None, "approval_asked_at": None}
    session.execute(update(Stage).where(Stage.id == stage_id).values(**anew))


def remove_stage(session: Session, stage_id: int, *, now: datetime) -> None:
    """Take an unfired stage out of the plan."""
    session.execute(update(Stage).where(Stage.id == stage_id, Stage.fired_at.is_(None)).values(removed_at=now))


def copies_of(session: Session, stage_id: int) -> Sequence[Copy]:
    """What a stage says."""
    asked = select(Copy).where(Copy.stage_id == stage_id).execution_options(populate_existing=True)
    return session.scalars(asked).all()


def put_copies(session: Session, stage_id: int, copies: Sequence[Mapping[str, object]]) -> None:
    """Replace what a stage says."""
    session.execute(delete(Copy).where(Copy.stage_id == stage_id))
    for copy in copies:
        session.execute(upsert(Copy).values(stage_id=stage_id, **copy))


def briefings_of(session: Session, campaign_id: int) -> Sequence[Briefing]:
    """A campaign's briefings, in every language."""
    return session.scalars(
        select(Briefing).where(Briefing.campaign_id == campaign_id).order_by(Briefing.position, Briefing.language)
    ).all()


def put_briefings(session: Session, campaign_id: int, briefings: Sequence[Mapping[str, object]]) -> None:
    """Replace a campaign's briefings."""
    session.execute(delete(Briefing).where(Briefing.campaign_id == campaign_id))
    for briefing in briefings:
        session.execute(upsert(Briefing).values(campaign_id=campaign_id, **briefing))


def unopened_stages(session: Session, campaign_id: int) -> list[tuple[str, list[Copy]]]:
    """The stages of a campaign of which nothing has been written to anybody, by their slugs, and what each says."""
    opened = select(Blast.id).where(Blast.stage_id == Stage.id, Blast.opened_at.is_not(None))
    question = (
        select(Stage.slug, Copy)
        .join(Copy, Copy.stage_id == Stage.id)
        .where(Stage.campaign_id == campaign_id, Stage.removed_at.is_(None), ~opened.exists())
        .order_by(Stage.position, Stage.id)
    )
    said: dict[str, list[Copy]] = {}
    for slug, copy in session.execute(question):
        said.setdefault(slug, []).append(copy)
    return list(said.items())


def scheduled_blasts(session: Session, campaign_id: int) -> Sequence[Blast]:
    """Managers' own blasts whose words are not frozen yet: scheduled, or paused before they opened."""
    waiting = [BlastState.SCHEDULED, BlastState.PAUSED]
    question = select(Blast).where(Blast.campaign_id == campaign_id, Blast.stage_id.is_(None))
    return session.scalars(question.where(Blast.state.in_(waiting), Blast.opened_at.is_(None)).order_by(Blast.id)).all()


@dataclass(frozen=True, slots=True)
class LinksUnderWay:
    """The placeholders that lead through links in one rendering of a blast that has opened and is not over."""

    blast_id: int
    title: str
    names: frozenset[str]


def links_under_way(session: Session, campaign_id: int) -> list[LinksUnderWay]:
    """The links in everything of a campaign that is going out."""
    live = [BlastState.OPENING, BlastState.RUNNING, BlastState.PAUSED]
    question = (
        select(Blast.id, Blast.title, Rendering.links)
        .join(Rendering, Rendering.blast_id == Blast.id)
        .where(Blast.campaign_id == campaign_id, Blast.state.in_(live), Blast.opened_at.is_not(None))
        .order_by(Blast.id)
    )
    return [LinksUnderWay(blast_id, title, frozenset(links)) for blast_id, title, links in session.execute(question)]


def has_link(session: Session, campaign_id: int, target: str) -> bool:
    """Whether anything that was written leads to this page (uq_links_campaign_id_target)."""
    asked = select(Link.id).where(Link.campaign_id == campaign_id, Link.target == target)
    return session.scalar(asked) is not None


def petition_row(session: Session, campaign_id: int) -> Petition | None:
    """A campaign's petition."""
    return session.scalars(select(Petition).where(Petition.campaign_id == campaign_id)).one_or_none()


def put_petition(session: Session, campaign_id: int, values: Mapping[str, object]) -> None:
    """Put a petition there or change its words; signatures stay."""
    row = upsert(Petition).values(campaign_id=campaign_id, **values)
    session.execute(row.on_conflict_do_update(constraint="uq_petitions_campaign_id", set_=dict(values)))


def unfired_stages(session: Session, fixture_id: int) -> Sequence[Stage]:
    """The stages around a fixture that have yet to fire, held."""
    question = (
        select(Stage)
        .join(Campaign, Campaign.id == Stage.campaign_id)
        .where(Campaign.fixture_id == fixture_id, Stage.fired_at.is_(None), Stage.removed_at.is_(None))
        .order_by(Stage.id)
        .with_for_update(of=Stage)
    )
    return session.scalars(question.execution_options(populate_existing=True)).all()


def overdue_stages(session: Session, campaign_id: int, *, now: datetime) -> Sequence[Stage]:
    """A campaign's stages that came due and have yet to fire."""
    question = select(Stage).where(
        Stage.campaign_id == campaign_id, Stage.fired_at.is_(None), Stage.removed_at.is_(None), Stage.due_at <= now
    )
    return session.scalars(question.order_by(Stage.due_at)).all()


def hold_fixture(session: Session, fixture_id: int) -> Fixture | None:
    """A fixture as it stands now, held until the transaction ends."""
    held = select(Fixture).where(Fixture.id == fixture_id).with_for_update()
    return session.scalars(held.execution_options(populate_existing=True)).one_or_none()


def fixture_id_named(session: Session, slug: str) -> int | None:
    """A fixture's id."""
    return session.scalar(select(Fixture.id).where(Fixture.slug == slug))
