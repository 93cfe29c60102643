"""Placeholders of other tools, left in copy that was written for them: they would arrive as they stand."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from service.wording.placeholders import KNOWN_ELSEWHERE, near_to


class _Doubt(IntEnum):
    """How much a tag's inside has to look like a name: its signs may well be used for something else."""

    NONE = 0
    SOME = 1
    MUCH = 2


@dataclass(frozen=True, slots=True)
class MergeTag:
    """One found: where it begins and ends, as it stands, and what of ours may have been meant."""

    begin: int
    end: int
    tag: str
    suggestions: tuple[str, ...]


_TAGS = (
    (_Doubt.NONE, re.compile(r"\*\|([^|\n]{1,80})\|\*")),  # Mailchimp
    (_Doubt.NONE, re.compile(r"\|\*([^|*\n]{1,80})\*\|")),  # the same, mistyped
    (_Doubt.NONE, re.compile(r"<\?([^?\n]{1,120})\?>")),  # PHP
    (_Doubt.NONE, re.compile(r"%%\s*([^\W\d_][\w .:-]{0,60}?)\s*%%")),  # Salesforce Marketing Cloud
    (_Doubt.NONE, re.compile(r"%%=([^%\n]{1,120})=%%")),  # the same tool's functions
    (_Doubt.NONE, re.compile(r"\{%([^{}\n]{1,120})%\}")),  # Liquid, Jinja, Twig
    (_Doubt.NONE, re.compile(r"<%([^%\n]{1,120})%>")),  # ERB, EJS
    (_Doubt.NONE, re.compile(r"\[%([^%\n]{1,120})%\]")),  # Template Toolkit
    (_Doubt.NONE, re.compile(r"(?<!\d)[$@#%]\{([^{}\n]{1,80})\}")),  # JavaScript, Java, Ruby, Unlayer
    (_Doubt.NONE, re.compile(r"\{\{[<%]([^{}\n]{1,120})[>%]\}\}")),  # Hugo
    (_Doubt.NONE, re.compile(r"%\((\w[\w .]{0,60})\)[sd](?!\w)")),  # Python
    (_Doubt.NONE, re.compile(r"%7B%7B([\w.%|]{1,80}?)%7D%7D", re.IGNORECASE)),  # encoded by an address bar
    (_Doubt.NONE, re.compile(r"\*%7C([\w.:]{1,80}?)%7C\*", re.IGNORECASE)),
    (_Doubt.SOME, re.compile(r"\{\{\{?([^{}\n]{1,120})\}?\}\}")),  # Handlebars, listmonk, HubSpot, Action Network
    (_Doubt.SOME, re.compile(r"\[\[([^\[\]\n]{1,80})\]\]")),  # Mailtrain
    (_Doubt.SOME, re.compile(r"(?<![\w%])%([^\W\d_][\w.:-]{0,60})%(?![\w%])")),  # ActiveCampaign, Mailgun
    (
        _Doubt.MUCH,
        re.compile(r"(?<!!)\[[$#@%*&~-]?([^\W\d_][\w .|:,=-]{0,60})[*~%-]?\](?![(\[])"),
    ),  # templates to be filled by hand
    (_Doubt.MUCH, re.compile(r"<<\s*([^\W\d_][\w .]{0,60})\s*>>")),  # Word
    (_Doubt.MUCH, re.compile(r"«\s*([^\W\d_][\w .]{0,60})\s*»")),
    (_Doubt.MUCH, re.compile(r"(?<![\w~])~([^\W\d_][\w.]{0,60})~(?![\w~])")),  # Keap
    (_Doubt.MUCH, re.compile(r"(?<![\w$])\$([^\W\d_][\w.]{0,60})\$(?![\w$])")),
    (_Doubt.MUCH, re.compile(r"(?<![\w#])#([^\W\d_][\w.]{0,60})#(?![\w#])")),
    (_Doubt.MUCH, re.compile(r"<([^\W\d_][\w.]{0,60}(?: [\w.]{1,30})?)>")),
    *(
        (_Doubt.MUCH, re.compile(rf"(?<!\w){sign}([^\W\d_][\w.]{{0,60}}?){sign}(?!\w)"))
        for sign in ("@@", "@", "##", "::", "__", "!!", "--", "-", r"\|", "!")
    ),
    (_Doubt.MUCH, re.compile(r"(?<![\w$])\$(name)\b", re.IGNORECASE)),
    (_Doubt.MUCH, re.compile(r"(?<![\w$@:])[$@:]((?i:first_?name|last_?name|f_?name|l_?name))\b")),
)
# What nobody writes in a sentence, whatever stands around it; braces are the matter of others.
_BARE = re.compile(
    r"(?<![\w?/=.])(?<!\w&)((?:FIRST|LAST|FULL)_?NAME|[FL]NAME|(?:first|last|full)_name|(?:first|last|full)Name|(?:First|Last|Full)Name)"
    r"(?![\w=])(?![^{}\n]*\})"
)
_COMMAND = re.compile(r"\s*[#/^&>!~-]?\s*(?:if|else|elseif|unless|each|for|end\w*|with|include|set)\b", re.IGNORECASE)
# Parts, sections and raw values of Handlebars and Mustache.
_PART = re.compile(r"\s*[#/^&>=]\s*[A-Za-z_][\w.-]*\s*$")
# A way into what the other tool knows: person.emails[0].address
_PATH = re.compile(r"\s*[$.]?[^\W\d][\w$]*(?:\.\w+|\[[^\[\]]*\]|\?\.)+\s*")
_NAME = re.compile(
    r"\s*[#/^&>!~$@]*\s*(\.?[^\W\d][\w.:-]*(?: [\w.]+)?)\s*(?:(?:\||,\s*(?:fallback|default)\b|\bor\b|\?\?).*)?"
)
_PERSON = re.compile(
    r"^nom$|(?:first|last|full|given|family|your|contact|recipient|supporter|user|sur|f|l|fore|nick)name|^name$|^insert.*name"
    r"|vorname|nachname|prenom|prénom|nombre|apellido|imie|imię|voornaam|fornavn|förnamn|unsub|optout"
    r"|^имя|^ім.?я$|фамили|прізвищ|soyad|^adı$|^isim$|όνομα|ονομα|^الاسم|^اسم|^שם|^नाम|^নাম|姓名|名前|氏名|名字|이름|성명",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"name|mail|phone|mobile|city|town|zip|postcode|address|country|company|greeting|salutation|subscriber|recipient"
    r"|contact|unsub|optout|preference|nome\b|\bad[iı]?\b|isim|имя|organi[sz]ation|sender|list|link|url|date",
    re.IGNORECASE,
)
_HEX = re.compile(r"[0-9A-Fa-f]{2}")


def find_merge_tags(text: str) -> Iterator[MergeTag]:
    """Every placeholder of another tool in a text; the first reading of a place stands."""
    taken: set[int] = set()
    for doubt, pattern in (*_TAGS, (_Doubt.NONE, _BARE)):
        for found in pattern.finditer(text):
            if taken.isdisjoint(range(*found.span())) and _is_one(found, doubt):
                taken.update(range(*found.span()))
                yield MergeTag(*found.span(), found[0], _meant(found[1]))


def _is_one(found: re.Match[str], doubt: _Doubt) -> bool:
    inside = found[1]
    if doubt is _Doubt.NONE:
        return True
    if _COMMAND.match(inside) and doubt is _Doubt.SOME and not inside[:1].isalpha():
        return True
    if doubt is _Doubt.SOME and (_PART.match(inside) or _PATH.fullmatch(inside)):
        return True
    named = _NAME.fullmatch(inside)
    if named is None:
        return doubt is _Doubt.SOME and _PERSON.search("".join(sign for sign in inside if sign.isalpha())) is not None
    name = named[1]
    letters = "".join(sign for sign in name if sign.isalpha())
    if found[0].startswith("%") and _HEX.match(inside) and "/" in found.string[: found.start()].rpartition(" ")[2]:
        # Half of an address that is percent-encoded.
        return False
    if doubt is _Doubt.MUCH:
        return _PERSON.search(letters) is not None or ("_" in name and " " not in name)
    is_field = _FIELD.search(name) is not None or _PERSON.search(letters) is not None
    is_code = " " not in name and (
        any(sign in name for sign in "_.:") or _is_mixed(name) or len(named[0]) > len(name) + 4
    )
    return is_field or is_code or bool(near_to(name))


def _is_mixed(name: str) -> bool:
    """CAPITALS or camelCase, as no word of a sentence is written."""
    return len(name) > 2 and (name.isupper() or any(sign.isupper() for sign in name[1:]))


def _meant(inside: str) -> tuple[str, ...]:
    """What of ours was probably meant: by the name in the tag, or else by a part of it."""
    name = re.split(r"\||\bor\b|\?\?", inside)[0].strip().strip("#/^&>!~$@=- ")
    parts = [part.strip("[]'\" ") for part in re.split(r"[.:\[]", name)]
    found = [near_to(part) for part in (*reversed(parts), name)]
    # What other tools surely call so goes before what is only spelt alike.
    best = sorted(filter(None, found), key=lambda near: near not in KNOWN_ELSEWHERE)
    return tuple(best[0]) if best else ()
