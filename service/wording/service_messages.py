"""What we say ourselves, one message to one person: confirmations, thanks, sign-in links, answers to keywords."""

from collections.abc import Mapping
from dataclasses import asdict
from enum import StrEnum
from functools import lru_cache

from jinja2 import TemplateNotFound, UndefinedError

from service.wording.colours import PALETTE
from service.wording.email import FinishedEmail, compile_mjml, frame_words
from service.wording.placeholders import OWN, Copy, MissingFact, fill, parse
from service.wording.shelf import JINJA, TEMPLATES
from service.wording.sms import straighten_quotes


class ServiceEmail(StrEnum):
    """Folders of templates/email/. None repeats what a stranger typed: anybody can type anybody's address."""

    CONFIRM = "confirm"
    CONFIRM_SIGNATURE = "confirm_signature"
    ALREADY_JOINED = "already_joined"
    SIGNED = "signed"
    HAS_SIGNED = "has_signed"
    TAKE_OFF = "take_off"
    FORGET = "forget"
    COPY = "copy"
    SIGN_IN = "sign_in"
    ACCOUNT_NEWS = "account_news"
    ALARM = "alarm"
    BLAST_STOPPED = "blast_stopped"
    TESTER = "tester"
    RELEASE_WANTED = "release_wanted"
    AUDIT_END = "audit_end"
    COMPLAINT_TAKEN = "complaint_taken"
    COMPLAINT_DUE = "complaint_due"
    APPROVAL_WANTED = "approval_wanted"
    APPROVAL_ANSWERED = "approval_answered"


class ServiceText(StrEnum):
    """Files of templates/sms/."""

    CONFIRM = "confirm"
    JOINED = "joined"
    JOIN_WHICH = "join_which"
    HELP = "help"
    MORE = "more"
    SIGNED = "signed"
    ALREADY_SIGNED = "already_signed"
    NAME_NEEDED = "name_needed"
    PETITION_CLOSED = "petition_closed"
    LEFT = "left"
    CAME_BACK = "came_back"
    ON_LIST = "on_list"
    NOT_ON_LIST = "not_on_list"
    LEFT_ALONE = "left_alone"
    TAKE_OFF = "take_off"
    FORGET = "forget"
    COPY = "copy"
    NO_BRIEFING = "no_briefing"
    TESTER = "tester"


KEYWORD_FACTS: Mapping[str, str] = {
    "keyword_stop": "STOP",
    "keyword_start": "START",
    "keyword_help": "HELP",
    "keyword_join": "JOIN",
    "keyword_sign": "SIGN",
    "keyword_more": "MORE",
}


def render_service_email(name: ServiceEmail, facts: Mapping[str, str], *, language: str = "en") -> FinishedEmail:
    """Fill one of our own emails. Raises MissingFact for a fact its template needs and was not given."""
    known = {**facts, "language": language, "words": frame_words(language), "colour": asdict(PALETTE)}
    try:
        subject = " ".join(_rendered(name, "subject.txt", language, known).split())
        text = _rendered(name, "body.txt", language, known)
        source = _rendered(name, "body.mjml", language, {**known, "subject": subject, "preheader": ""})
    except UndefinedError as missing:
        raise MissingFact(f"templates/email/{name}: {missing}") from missing
    return FinishedEmail(subject, compile_mjml(source), text)


def _rendered(name: ServiceEmail, file: str, language: str, facts: Mapping[str, object]) -> str:
    for path in (f"{name}/{language}/{file}", f"{name}/{file}"):
        try:
            return JINJA.get_template(path).render(facts)
        except TemplateNotFound as missing:
            if missing.name != path:
                raise
    raise FileNotFoundError(f"templates/email/{name}/{file}")


def render_service_text(
    name: ServiceText, facts: Mapping[str, str], *, language: str = "en", can_be_signed: bool = True
) -> str:
    """Fill one of our own texts, tidied once the facts are in; the keywords' words are known, and may be others.

    `can_be_signed`: whether there is an open petition; where there is none, no text asks to sign it.
    """
    copy = service_text(name, language, can_be_signed=can_be_signed)
    return straighten_quotes(fill(copy, {**KEYWORD_FACTS, **facts}))


@lru_cache(maxsize=256)
def service_text(name: ServiceText, language: str, *, can_be_signed: bool = True) -> Copy:
    """A text of templates/sms/, in this language where it is written in it."""
    folder = TEMPLATES / "sms"
    folders = [folder / language, folder] if language.replace("-", "").isalpha() else [folder]
    files = [f"{name}.txt"] if can_be_signed else [f"{name}.without_petition.txt", f"{name}.txt"]
    found = next(path for folder in folders for file in files if (path := folder / file).exists())
    return parse(found.read_text("utf-8").strip(), also=OWN)
