"""A person's name, as it may be printed in a message: theirs, letter for letter, unless it is a link."""

import re
import unicodedata
from functools import lru_cache

from publicsuffixlist import PublicSuffixList

from service.domain.titles import TITLES
from service.domain.unseen import may_belong, without_stray
from service.wording.sms import graphemes

NAME_LENGTH = 40

_DOTS = str.maketrans("。．｡․﹒", ".....")
_SCHEME = re.compile(r"://|\bwww\.\w|\w@\w[\w-]*\.\w", re.IGNORECASE)
_DOTTED = re.compile(r"[\w-]+(?:\.[\w-]+)+(/?)")
_NUMBERED = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_ABBREVIATED = TITLES | {"st", "md", "mt", "jr", "hon", "ste", "no"}


def clean_name(name: str) -> str:
    """A first name fit to print: one line, composed, at most 40 characters; empty where it holds a link.

    Anybody can sign anybody up, and a name that is a link would have us send it to a stranger.
    """
    if name.isascii() and name.isprintable() and len(name) <= NAME_LENGTH and not _may_be_link(name):
        return name.strip()
    return _cleaned(name)


@lru_cache(maxsize=4096)
def _cleaned(name: str) -> str:
    while (tidy := _tidied(name)) != name:
        name = tidy
    return "" if holds_link(name) else name


def _tidied(name: str) -> str:
    spaced = "".join(" " if sign.isspace() else sign for sign in unicodedata.normalize("NFC", name))
    plain = "".join(sign for sign in spaced if sign.isprintable() or may_belong(sign))
    joined = unicodedata.normalize("NFC", without_stray(plain)).strip()
    return joined if len(joined) <= NAME_LENGTH else _shortened(joined)


def _shortened(name: str) -> str:
    """As many whole words as fit, or else as many whole letters."""
    kept = ""
    for letter in graphemes(name):
        if len(kept) + len(letter) > NAME_LENGTH:
            break
        kept += letter
    words = kept.rpartition(" ")[0]
    return words if len(words) >= NAME_LENGTH // 2 else kept


def holds_link(name: str) -> bool:
    """Whether an app would make a link of it: an address with its scheme, a mailbox, or a host in a domain there is.

    `evil.com`, `evil。com`, `X.com` and `192.0.2.1` are ones; Jo.Ann, J.R., J.Lo and Dr.Who are not.
    """
    folded = unicodedata.normalize("NFKC", name.translate(_DOTS)).translate(_DOTS)
    if not _may_be_link(folded):
        return False
    return _SCHEME.search(folded) is not None or any(_is_host(found) for found in _DOTTED.finditer(folded))


def _may_be_link(name: str) -> bool:
    return "." in name or ":" in name or "@" in name


def _is_host(found: re.Match[str]) -> bool:
    host = found[0].rstrip("/")
    first, *others = host.split(".")
    if _NUMBERED.fullmatch(host):
        return True
    # An initial or a title, with the space after its full stop left out.
    if (
        not found[1]
        and len(others) == 1
        and first[:1].isupper()
        and others[0][:1].isupper()
        and (len(first) == 1 or first.lower() in _ABBREVIATED)
    ):
        return False
    return len(others[-1]) > 1 and _domains().privatesuffix(host.lower()) is not None


@lru_cache(maxsize=1)
def _domains() -> PublicSuffixList:
    """Every top-level domain there is, and how names are given out below it (publicsuffix.org)."""
    return PublicSuffixList(accept_unknown=False, only_icann=True)
