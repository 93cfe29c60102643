"""The `touchline` command."""

import tomllib
from pathlib import Path

import click

from service.cli import (
    approving,  # noqa: F401 - adds its commands to `touchline blast` and `touchline stage`
    blast_status,  # noqa: F401 - adds its command to `touchline blast`
    blast_trial,  # noqa: F401 - adds its command to `touchline blast`
    imports,  # noqa: F401 - adds its commands to `touchline supporters`
    person_file,  # noqa: F401 - as above
    steering,  # noqa: F401 - adds its commands to `touchline blast`
)
from service.cli.audit import audit
from service.cli.blast import blast
from service.cli.campaign import campaign
from service.cli.demo import demo
from service.cli.doctor import doctor
from service.cli.erasures import erasures
from service.cli.exports import consents, messages, replies, suppressions
from service.cli.fixture import fixture
from service.cli.hold import hold
from service.cli.keys import keys
from service.cli.manager import manager
from service.cli.migrating import migrate_command
from service.cli.petition import petition
from service.cli.report import report
from service.cli.sender import road, sender
from service.cli.stage import stage
from service.cli.supporters import supporters
from service.cli.tester import tester
from service.cli.up import up

VERSION = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]["version"]


@click.group()
@click.version_option(VERSION, message="%(version)s")
def main() -> None:
    """Campaign action by email and text, planned around a football match."""


for command in (
    up,
    demo,
    campaign,
    fixture,
    stage,
    blast,
    supporters,
    suppressions,
    erasures,
    consents,
    messages,
    replies,
    petition,
    report,
    sender,
    road,
    manager,
    tester,
    audit,
    hold,
    keys,
    doctor,
):
    main.add_command(command)
main.add_command(migrate_command, "migrate")

if __name__ == "__main__":
    main()
