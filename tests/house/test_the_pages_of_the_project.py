"""What README and docs/ lead to is there, and the commands they name exist."""

import re
import shlex
from pathlib import Path

import click
import pytest

from service.cli.main import main

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_leads_to_one(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


def test_every_decision_has_a_number_and_is_in_the_list() -> None:
    folder = ROOT / "docs" / "decisions"
    pages = {page.name for page in folder.glob("*.md")} - {"README.md"}

    assert [name for name in pages if not re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", name)] == []
    assert len({name[:4] for name in pages}) == len(pages)
    assert set(re.findall(r"\]\((\S+?)\)", (folder / "README.md").read_text("utf-8"))) == pages


def _commands() -> list[str]:
    found = []
    for page in PAGES:
        text = page.read_text("utf-8")
        found += re.findall(r"^(?: {4}|\t)touchline (.+)$", text, re.M)
        found += re.findall(r"`touchline ([^`\n]+)`", text)
    return sorted(set(found))


@pytest.mark.parametrize("line", _commands())
def test_every_command_and_option_that_is_named_is_there(line: str) -> None:
    # Of `this | that` the first is asked for.
    plain = re.sub(r"(\w+)(?: \| \w+)+", r"\1", line.replace("…", ""))
    words = shlex.split(plain.replace("'", "") if plain.count("'") % 2 else plain)
    command: click.Command = main
    while isinstance(command, click.Group) and words and words[0] in command.commands:
        command = command.commands[words.pop(0)]

    assert command is not main, line
    known = {option for each in command.params for option in (*each.opts, *each.secondary_opts)} | {"--help"}
    assert [word for word in words if word.startswith("--") and word.split("=")[0] not in known] == []
    if isinstance(command, click.Group):
        assert [word for word in words if re.fullmatch(r"[a-z-]+", word)] == []


def test_every_target_of_make_that_is_named_is_there() -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    for page in PAGES:
        named = set(re.findall(r"(?:^ {4}|`)make ([a-z][a-z-]*)", page.read_text("utf-8"), re.M))
        assert named <= targets, page
