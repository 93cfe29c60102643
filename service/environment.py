"""One variable of the environment at a time, typed; what is missing or malformed is named."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

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

    def require(self, *names: str, because: str) -> None:
        """Raise SettingsError naming all of these that are not set."""
        if missing := [name for name in names if not self.text(name, "")]:
            raise SettingsError(f"{', '.join(missing)}: needed with {because}, and not set")

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
        parts = _parts(name, value)
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

    def days(self, name: str, default: int) -> int:
        value = self.text(name, str(default))
        if not value.isascii() or not value.isdecimal() or not 1 <= int(value[:9]) <= 36_500:
            raise SettingsError(f"{name}: days, a whole number from 1 to 36500 (a hundred years); got {value!r}")
        return int(value[:9])

    def pattern(self, name: str, pattern: str) -> str:
        value = self.needed(name, if_=True)
        if not re.fullmatch(pattern, value):
            raise SettingsError(f"{name}: must look like {pattern}")
        return value

    def optional_pattern(self, name: str, pattern: str) -> str | None:
        return self.pattern(name, pattern) if self.text(name, "") else None

    def database(self, name: str) -> str | None:
        return self._address(name, "postgresql", "postgres", "postgresql+psycopg")

    def redis(self, name: str) -> str | None:
        return self._address(name, "redis", "rediss", "unix")

    def smtp(self, name: str) -> str | None:
        value = self._address(name, "smtp", "smtps", "smtp+starttls")
        if value and not urlsplit(value).hostname:
            raise SettingsError(f"{name}: names no host")
        return value

    def _address(self, name: str, *schemes: str) -> str | None:
        """An address that may hold a password, and is therefore never shown."""
        value = self.text(name, "")
        if value and _parts(name, value).scheme not in schemes:
            begins = [f"{scheme}://" for scheme in schemes]
            raise SettingsError(f"{name}: must begin with {', '.join(begins[:-1])} or {begins[-1]}")
        return value or None


def _parts(name: str, value: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        is_good = parts.port != 0
    except ValueError:
        is_good = False
    if not is_good:
        wrong = (
            "the port is no number from 1 to 65535, or a sign such as / # ? [ ] in the password is not written as %2F …"
        )
        raise SettingsError(f"{name}: cannot be read as an address: {wrong}")
    return parts
