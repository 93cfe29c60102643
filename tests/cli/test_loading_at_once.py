"""`touchline campaign load`: files that send a message or leave one out at once are asked about first."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from service.clock import now
from service.domain.channel import Channel
from service.sending.freeze import links_for
from service.store.queries.renderings import add_rendering
from service.store.tables.campaign import Briefing, Stage
from tests import make
from tests.cli.conftest import Touchline, said

SAMPLE = Path(__file__).parents[2] / "templates" / "campaigns" / "azerbaijan-england"


@pytest.fixture
def files(tmp_path: Path, touchline: Touchline, sessions: sessionmaker[Session]) -> Path:
    """The sample around a match in a week, loaded, with Ana in it."""
    folder = tmp_path / "campaign"
    shutil.copytree(SAMPLE, folder)
    rewrite(folder, "2004-10-13T17:00:00+00:00", (now() + timedelta(days=7)).isoformat(timespec="seconds"))
    assert touchline("campaign", "load", str(folder)).exit_code == 0
    with sessions.begin() as session:
        make.supporter(session, "Ana", campaign=session.query(make.Campaign).one(), phone="+447700900001")
    return folder


def rewrite(folder: Path, old: str, new: str) -> None:
    file = folder / "campaign.toml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def push(sessions: sessionmaker[Session]) -> Stage:
    with sessions() as session:
        return session.query(Stage).filter_by(slug="petition-push").one()


def test_files_that_send_a_message_at_once_are_loaded_by_a_script_only_with_a_word_more(
    touchline: Touchline, files: Path, sessions: sessionmaker[Session]
) -> None:
    rewrite(files, 'offset = "-2d"', 'offset = "-7d1h"')

    looked = said(touchline("campaign", "load", str(files), "--dry-run", "--json"))
    refused = touchline("campaign", "load", str(files))
    before = push(sessions).offset_span
    done = touchline("campaign", "load", str(files), "--yes")

    assert looked["at_once"] == {"petition-push": "fires now"}
    assert refused.exit_code == 1
    assert "at once, petition-push: fires now email to 1, about" in refused.stdout
    assert "nothing was changed. Add --yes if it is meant" in refused.stderr
    assert before == timedelta(days=-2)
    assert done.exit_code == 0
    assert push(sessions).offset_span == timedelta(days=-7, hours=-1)


def test_a_mistyped_unit_in_a_file_is_asked_about(
    touchline: Touchline, files: Path, sessions: sessionmaker[Session]
) -> None:
    rewrite(files, 'offset = "-2d"', 'offset = "-20d"')

    refused = touchline("campaign", "load", str(files))

    assert (refused.exit_code, "petition-push: too late: will be skipped" in refused.stderr) == (1, True)
    assert push(sessions).offset_span == timedelta(days=-2)


def test_files_that_send_nothing_at_once_are_loaded_without_a_question(
    touchline: Touchline, files: Path, sessions: sessionmaker[Session]
) -> None:
    rewrite(files, 'offset = "-2d"', 'offset = "-1d18h"')

    done = said(touchline("campaign", "load", str(files), "--json"))

    assert done["at_once"] == {}
    assert push(sessions).offset_span == timedelta(days=-1, hours=-18)


def without_a_briefing(folder: Path) -> None:
    """Take the briefing on the crackdown, all that links to it and its keyword out of the files."""
    rewrite(folder, '"crackdown", ', "")
    (folder / "briefings" / "crackdown.md").unlink()
    for file in [folder / "campaign.toml", *folder.glob("email/*.md"), *folder.glob("sms/*.txt")]:
        words = file.read_text().replace("{briefing_link:crackdown}", "{share_link}")
        file.write_text("\n".join(line for line in words.split("\n") if not line.startswith("CRACKDOWN")))


def test_a_briefing_that_a_scheduled_blast_links_to_is_asked_about_before_it_is_taken_away(
    touchline: Touchline, files: Path, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        campaign = session.query(make.Campaign).one()
        later, words = now() + timedelta(days=3), "Read {briefing_link:crackdown}"
        make.blast(session, campaign, channels=[Channel.EMAIL], email=words, opens_at=later)
    without_a_briefing(files)

    looked = said(touchline("campaign", "load", str(files), "--dry-run", "--json"))
    refused = touchline("campaign", "load", str(files))
    with sessions() as session:
        kept = session.query(Briefing).filter_by(slug="crackdown").count()
    done = touchline("campaign", "load", str(files), "--yes")

    told = "blast 1, A blast: links to the briefing 'crackdown', which would be gone"
    assert [each.startswith(told) for each in looked["taken_away"]] == [True]  # type: ignore[attr-defined]
    assert (refused.exit_code, kept) == (1, 1)
    assert f"taken away, {told}" in refused.stdout
    assert "nothing was changed. Add --yes if it is meant" in refused.stderr
    assert done.exit_code == 0
    with sessions() as session:
        assert session.query(Briefing).filter_by(slug="crackdown").count() == 0


def test_links_that_have_gone_out_to_a_briefing_that_would_be_gone_are_warned_of(
    touchline: Touchline, files: Path, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        campaign = session.query(make.Campaign).one()
        under_way = make.blast(session, campaign, channels=[Channel.EMAIL], state="running")
        links = links_for(session, campaign.id, campaign.slug, ["briefing_link:crackdown"])
        add_rendering(
            session,
            blast_id=under_way.id,
            channel=Channel.EMAIL,
            language="en",
            arm="",
            words={"subject": "Read", "text": "Read", "html": "Read", "fingerprint": ""},
            slots=[],
            links=links,
        )
    without_a_briefing(files)

    done = touchline("campaign", "load", str(files))

    assert done.exit_code == 0
    assert "warning, blast 1, A blast: is under way with a link to the briefing 'crackdown'" in done.stdout
    assert "warning, briefing crackdown: what has gone out links to it" in done.stdout


def test_a_keyword_that_a_scheduled_text_names_is_asked_about_before_it_is_taken_away(
    touchline: Touchline, files: Path, sessions: sessionmaker[Session]
) -> None:
    with sessions.begin() as session:
        campaign = session.query(make.Campaign).one()
        word = sorted(campaign.keywords)[0]
        later = now() + timedelta(days=3)
        make.blast(session, campaign, channels=[Channel.SMS], sms=f"Text {word} to us", opens_at=later)
    toml = files / "campaign.toml"
    toml.write_text("\n".join(line for line in toml.read_text().split("\n") if not line.startswith(f"{word} ")))

    refused = touchline("campaign", "load", str(files))

    assert refused.exit_code == 1
    assert f"taken away, blast 1, A blast: says {word}, which would be no keyword any more" in refused.stdout
