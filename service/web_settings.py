"""How the web process serves, by the environment."""

from dataclasses import dataclass
from enum import StrEnum

from service.environment import Environment


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


def read_web(read: Environment) -> WebSettings:
    """Raises SettingsError."""
    return WebSettings(
        web_threads=read.number("WEB_THREADS", 4),
        web_hook_threads=read.number("WEB_HOOK_THREADS", 2),
        web_body_seconds=read.number("WEB_BODY_SECONDS", 20),
        web_part=read.choice("WEB_PART", WebPart, WebPart.ALL),
    )
