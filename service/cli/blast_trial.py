"""`touchline blast test`: one message to one tester, before it goes to anybody else."""

from pathlib import Path

import click

from service import clock
from service.cli.blast import blast
from service.cli.fixture import ACTOR
from service.cli.opening import open_house, plainly, read_words, refuse
from service.domain.channel import Channel
from service.domain.errand import Errand
from service.planning.showing import Reader, open_window, send_test
from service.sending.freeze import Words
from service.store.queries import campaigns
from service.wording.placeholders import CopyMistake, MissingFact

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@blast.command("test")
@click.argument("campaign")
@click.option("--to", required=True, help="A tester who has said yes, or a manager's own sign-in address.")
@click.option("--subject", default="", help="The email's subject.")
@click.option("--email", "email_file", type=_FILE, help="Markdown, for an email address.")
@click.option("--sms", "sms_file", type=_FILE, help="Plain text, for a mobile number.")
@click.option("--key", default="", help="Sends it once: the same command with the same key sends nothing more.")
@plainly
def send(campaign: str, to: str, subject: str, email_file: Path | None, sms_file: Path | None, key: str) -> None:
    """Send a message of CAMPAIGN to one tester, as Ana would get it."""
    channel = Channel.EMAIL if "@" in to else Channel.SMS
    file = email_file if channel is Channel.EMAIL else sms_file
    if file is None:
        needed, fit = ("--email", "an email address") if channel is Channel.EMAIL else ("--sms", "a mobile number")
        refuse(f"{to} is {fit}: give the words with {needed}")
    house, body = open_house(), read_words(file).strip()
    with house.transaction() as session:
        view = campaigns.by_slug(session, campaign)
        if view is None:
            refuse(f"there is no campaign {campaign!r}")
        window = open_window(session, view.id, key=house.link_key, public_url=house.settings.public_url)
        words = Words(channel, view.language, "", subject, "", body)
        try:
            address = send_test(session, window, words, Reader("Ana"), to, actor=ACTOR, now=clock.now(), key=key)
        except (CopyMistake, MissingFact) as wrong:
            refuse(str(wrong))
    house.nudge(Errand.SEND_NOTICES)
    click.echo(f"A test is on its way to {address}.")
