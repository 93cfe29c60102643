"""The keys of an installation: what signs sessions, what signs links, what the addresses of who left are hashed with.

Each comes from the environment, or else from the files that `touchline up` made below TOUCHLINE_HOME. Where SECRET_KEY is
in the environment the files are not read, so that a key somebody forgot in a folder opens nothing.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from service.environment import Environment, SettingsError

LEAST_LETTERS = 32
# Files below TOUCHLINE_HOME; in the first two a key a line, the first of them in use.
_SESSIONS, _LINKS, _SUPPRESSIONS = "secret_key", "link_keys", "suppression_key"


@dataclass(frozen=True, slots=True)
class Keys:
    """`sessions` and `links`: the first signs, all are read. `suppressions`: the one key, kept for ever."""

    sessions: tuple[str, ...] = field(repr=False)
    links: tuple[str, ...] = field(repr=False)
    suppressions: str = field(repr=False)

    def environ(self) -> Mapping[str, str]:
        """The settings that say the same."""
        return {
            "SECRET_KEY": self.sessions[0],
            "SECRET_KEY_FALLBACKS": _listed(self.sessions[1:]),
            "LINK_KEYS": _listed(self.links),
            "SUPPRESSION_KEY": self.suppressions,
        }


def read_keys(read: Environment, home: Path) -> Keys:
    """The keys that are set, or kept. Raises SettingsError naming one that is missing or too short."""
    sessions = (read.text("SECRET_KEY", ""), *_several(read, "SECRET_KEY_FALLBACKS"))
    links, suppressions = _several(read, "LINK_KEYS"), read.text("SUPPRESSION_KEY", "")
    if is_kept(read, home):
        sessions = _lines(home / _SESSIONS)
        links, suppressions = links or _lines(home / _LINKS), suppressions or "".join(_lines(home / _SUPPRESSIONS))
    keys = _complete(sessions, links, (suppressions,) if suppressions else ())
    _check_suppressions(keys, home)
    return keys


def is_kept(read: Environment, home: Path) -> bool:
    """Whether the keys are in files, where a command can change them."""
    return not read.text("SECRET_KEY", "") and (home / _SESSIONS).exists()


def make_keys(home: Path) -> None:
    """Make the first key of an installation that has none. Another process may do the same; one of them wins."""
    if not _lines(home / _SESSIONS):
        _write(home / _SESSIONS, [secrets.token_hex(32)])


def rotated(keys: Keys) -> Keys:
    """New keys for sessions and links before the present ones. What was hashed stays hashed with the same key."""
    sessions, links = (secrets.token_hex(32), *keys.sessions), (secrets.token_hex(32), *keys.links)
    return Keys(sessions, links, keys.suppressions)


def retired(keys: Keys) -> Keys:
    """Without the keys that only read."""
    return Keys(keys.sessions[:1], keys.links[:1], keys.suppressions)


def keep_keys(home: Path, keys: Keys) -> None:
    """Write them to their files: the one whose loss cannot be mended first, the one that is looked for last."""
    _write(home / _SUPPRESSIONS, [keys.suppressions])
    _write(home / _LINKS, keys.links)
    _write(home / _SESSIONS, keys.sessions)


# A key may have a comma in it, which parts keys in a list.
_COMMA = "%2C"


def _several(read: Environment, name: str) -> tuple[str, ...]:
    return tuple(key.replace(_COMMA, ",") for key in read.several(name, needed=False))


def _listed(keys: tuple[str, ...]) -> str:
    return ",".join(key.replace(",", _COMMA) for key in keys)


def _check_suppressions(keys: Keys, home: Path) -> None:
    """Who left would not be recognised by another key than they were hashed with."""
    kept = _lines(home / _SUPPRESSIONS)
    if kept and keys.suppressions not in kept:
        raise SettingsError(
            f"SUPPRESSION_KEY: not the one in {home / _SUPPRESSIONS}, by which whoever left here is recognised; set it to that "
            "one, or remove the file where this is another installation"
        )


def check_in_files(read: Environment) -> None:
    """Whether a command can change the keys that are kept in files. Raises SettingsError naming one that is set too."""
    for name in ("SECRET_KEY_FALLBACKS", "LINK_KEYS", "SUPPRESSION_KEY"):
        if read.text(name, ""):
            raise SettingsError(
                f"{name}: set in the environment, while SECRET_KEY is kept in a file; set both, or neither"
            )


def _complete(sessions: tuple[str, ...], links: tuple[str, ...], suppressions: tuple[str, ...]) -> Keys:
    if not sessions or len(sessions[0]) < LEAST_LETTERS:
        raise SettingsError(
            "SECRET_KEY: at least 32 characters; while LINK_KEYS and SUPPRESSION_KEY are not set it must stay the same for "
            "ever, for links in sent messages and the list of who must be left alone depend on it"
        )
    if any(len(secret) < LEAST_LETTERS for secret in sessions):
        raise SettingsError("SECRET_KEY_FALLBACKS: keys parted by commas, each of at least 32 characters")
    if any(len(secret) < LEAST_LETTERS for secret in links):
        raise SettingsError("LINK_KEYS: keys parted by commas, each of at least 32 characters; the first one signs")
    if any(len(secret) < LEAST_LETTERS for secret in suppressions):
        raise SettingsError(
            "SUPPRESSION_KEY: at least 32 characters, kept the same for ever (who left is recognised by it)"
        )
    return Keys(sessions, links or sessions[:1], suppressions[0] if suppressions else sessions[0])


def _lines(path: Path) -> tuple[str, ...]:
    """The keys in a file; a key may have spaces in it."""
    return tuple(line.strip() for line in path.read_text().splitlines() if line.strip()) if path.exists() else ()


def _write(path: Path, keys: tuple[str, ...] | list[str]) -> None:
    """Write beside and rename, readable by the owner alone: nobody ever reads half a key."""
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("".join(f"{key}\n" for key in keys))
        file.flush()
        os.fsync(file.fileno())
    beside.rename(path)
