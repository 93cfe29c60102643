"""One variable of the environment at a time, typed; what is missing or malformed is named."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlsplit

_Choice = TypeVar("_Choice", bound=StrEnum)


class SettingsError(Exception):
    """A setting is missing or malformed; the message names it and says what is expected."""


class Environment:
    """The variables of the environment, each asked for as what it must be. Raises SettingsError."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def text(self, name: str, default: str) -> str:
        return self._environ.get(name, "").strip() or default

    def needed(self, name: str, *, if_: bool) -> str:
        value = self.text(name, "")
        if if_ and not value:
            raise SettingsError(f"{name}: needed with the provider chosen, and not set")
        return value

    def several(self, name: str, *, needed: bool) -> tuple[str, ...]:
        return tuple(part.strip() for part in self.needed(name, if_=needed).split(",") if part.strip())

    def choice(self, name: str, kind: type[_Choice], default: _Choice) -> _Choice:
        value = self.text(name, default)
        spelled = {each.casefold(): each for each in kind}
        try:
            return spelled[value.casefold()]
        except KeyError:
            raise SettingsError(f"{name}: one of {', '.join(kind)}; got {value!r}") from None

    def url(self, name: str, default: str) -> str:
        value = self.text(name, default).rstrip("/")
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise SettingsError(f"{name}: an address that begins with http:// or https://; got {value!r}")
        return value

    def count(self, name: str, default: int) -> int:
        value = self.text(name, str(default))
        if not value.isdecimal() or int(value) > 9:
            raise SettingsError(f"{name}: a number from 0 to 9; got {value!r}")
        return int(value)

    def number(self, name: str, default: int) -> int:
        value = self.text(name, str(default))
        if not value.isascii() or not value.isdecimal() or not 1 <= int(value) <= 1_000_000_000:
            raise SettingsError(f"{name}: a whole number of 1 or more; got {value!r}")
        return int(value)

    def pattern(self, name: str, pattern: str) -> str:
        value = self.needed(name, if_=True)
        if not re.fullmatch(pattern, value):
            raise SettingsError(f"{name}: must look like {pattern}")
        return value

    def optional_pattern(self, name: str, pattern: str) -> str | None:
        return self.pattern(name, pattern) if self.text(name, "") else None

    def database(self, name: str) -> str | None:
        value = self.text(name, "")
        if value and urlsplit(value).scheme not in {"postgresql", "postgres", "postgresql+psycopg"}:
            raise SettingsError(f"{name}: must begin with postgresql://")
        return value or None

    def redis(self, name: str) -> str | None:
        value = self.text(name, "")
        if value and urlsplit(value).scheme not in {"redis", "rediss", "unix"}:
            raise SettingsError(f"{name}: must begin with redis://, rediss:// or unix://")
        return value or None
