"""`touchline blast approve` and `touchline stage approve`: a second person's yes from the command line."""

from collections.abc import Callable

import click
from babel.numbers import format_currency

from service import clock
from service.cli.blast import blast
from service.cli.opening import House, open_house, plainly, refuse
from service.cli.stage import stage, stage_named
from service.domain.errand import Errand
from service.domain.manager import Role
from service.planning.approving import ApprovalLook, approve, look_at_blast, look_at_stage, send_back
from service.planning.blasts import known_blast
from service.planning.showing import Window, open_window
from service.planning.stage_checks import Changer
from service.store import Session
from service.store.queries import campaigns, managers

_THROUGH = "command line"


@blast.command("approve")
@click.argument("blast_id", type=int)
@click.option("--as", "who", required=True, help="The address of the manager who approves; they are told by email.")
@click.option("--back", default="", help="Send it back instead, with this reason.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Only show what would be approved.")
@plainly
def approve_blast(blast_id: int, who: str, back: str, *, yes: bool, dry_run: bool) -> None:
    """Approve a blast for somebody who neither made it nor changed it last, exactly as it is shown."""
    house = open_house()

    def look(session: Session) -> ApprovalLook:
        campaign_id = known_blast(session, blast_id).campaign_id
        return look_at_blast(session, blast_id, _window(house, session, campaign_id))

    _ask(house, look, who=who, back=back, yes=yes, dry_run=dry_run)


@stage.command("approve")
@click.argument("campaign")
@click.argument("slug")
@click.option("--as", "who", required=True, help="The address of the manager who approves; they are told by email.")
@click.option("--back", default="", help="Send it back instead, with this reason.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Only show what would be approved.")
@plainly
def approve_stage(campaign: str, slug: str, who: str, back: str, *, yes: bool, dry_run: bool) -> None:
    """Approve the message SLUG of CAMPAIGN for somebody who did not change it last, exactly as it is shown."""
    house = open_house()

    def look(session: Session) -> ApprovalLook:
        found, known = stage_named(session, campaign, slug), campaigns.by_slug(session, campaign)
        if known is None:
            refuse(f"there is no campaign {campaign!r}")
        return look_at_stage(session, found.id, _window(house, session, known.id))

    _ask(house, look, who=who, back=back, yes=yes, dry_run=dry_run)


def _ask(
    house: House, look: Callable[[Session], ApprovalLook], *, who: str, back: str, yes: bool, dry_run: bool
) -> None:
    """Show it, ask, and answer for it as it was shown."""
    with house.transaction(keep=False) as session:
        seen = look(session)
    _say(house, seen)
    if dry_run or not _is_sure(back, yes=yes):
        return
    with house.transaction() as session:
        _answer(session, look(session), seen, who=who, back=back)
    _done(house, back)


def _window(house: House, session: Session, campaign_id: int) -> Window:
    return open_window(session, campaign_id, key=house.link_key, public_url=house.settings.public_url)


def _answer(session: Session, look: ApprovalLook, seen: ApprovalLook, *, who: str, back: str) -> None:
    account = managers.by_email(session, who.strip().lower())
    if account is None or account.removed_at is not None:
        refuse(f"there is no manager {who}; `touchline manager list` shows who there is")
    by = Changer(account.email, may_launch=Role(account.role).may_act_as(Role.LAUNCHER))
    if back:
        send_back(session, look, reason=back, by=by, now=clock.now(), through=_THROUGH)
    else:
        approve(session, look, seen=seen.seen, by=by, now=clock.now(), through=_THROUGH)


def _is_sure(back: str, *, yes: bool) -> bool:
    if not yes:
        click.confirm("Send it back?" if back else "Approve exactly this?", abort=True)
    return True


def _done(house: House, back: str) -> None:
    house.nudge(Errand.OPEN_BLASTS, Errand.SEND_NOTICES)
    click.echo("Sent back." if back else "Approved.")


def _say(house: House, look: ApprovalLook) -> None:
    with house.transaction(keep=False) as session:
        currency = _window(house, session, look.launch.campaign_id).campaign.currency
    click.echo(f"{look.title}: {look.why or 'waits for nobody'}")
    if look.opens_at is not None:
        click.echo(f"  opens: {look.opens_at.isoformat(timespec='minutes')}")
    for name, words in look.timing.items():
        click.echo(f"  {name}: {words}")
    click.echo(f"  to: {'; '.join(look.audience)}")
    click.echo(f"  people: {'each who confirms' if look.launch.is_rolling else f'{look.people:,}'}")
    most = format_currency(look.ceiling / 10_000, currency, locale="en_GB") if look.ceiling else "no limit"
    click.echo(f"  cost at most: {most}")
    for each in look.words:
        place = ", ".join(filter(None, (str(each.channel), each.language, each.variant, each.arm)))
        click.echo(f"  {place}: {f'{each.subject} / ' if each.subject else ''}{each.body}")
