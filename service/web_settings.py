"""How the web process serves, by the environment."""

import re
from dataclasses import dataclass
from enum import StrEnum

from service.environment import Environment, SettingsError


class WebPart(StrEnum):
    ALL = "all"
    HOOKS = "hooks"
    PAGES = "pages"


@dataclass(frozen=True, slots=True)
class WebSettings:
    """The threads of one web process, how long a request may take to arrive, and what is served."""

    web_threads: int
    web_hook_threads: int
    web_body_seconds: int
    web_part: WebPart
    # Names it goes by beside that of PUBLIC_URL.
    further_hosts: tuple[str, ...]


def read_web(read: Environment) -> WebSettings:
    """Raises SettingsError."""
    return WebSettings(
        web_threads=read.number("WEB_THREADS", 4),
        web_hook_threads=read.number("WEB_HOOK_THREADS", 2),
        web_body_seconds=read.number("WEB_BODY_SECONDS", 20),
        web_part=read.choice("WEB_PART", WebPart, WebPart.ALL),
        further_hosts=_hosts(read),
    )


def _hosts(read: Environment) -> tuple[str, ...]:
    hosts = tuple(host.lower() for host in read.several("FURTHER_HOSTS", needed=False))
    for host in hosts:
        if not re.fullmatch(r"\.?[a-z0-9_-]+(\.[a-z0-9_-]+)*", host):
            raise SettingsError(
                f"FURTHER_HOSTS: names without a port parted by commas, such as www.example.org, .example.org; got {host!r}"
            )
    return hosts
