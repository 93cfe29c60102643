"""What forms and addresses say, without the characters that no text holds: taken out once, before any page reads it."""

import re

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.utils import cached_property

# Control signs but for tab and line ends, halves of a letter, and two that are no characters: neither the database nor
# a letter's layout takes them, and nobody types them.
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# Webhooks are signed over every letter of their forms; what reads them makes them fit to keep.
_AS_SENT = "/hooks/"


def clean_text(text: str) -> str:
    """The text without what no text holds."""
    return _NO_TEXT.sub("", text)


def _cleaned(fields: MultiDict[str, str]) -> ImmutableMultiDict[str, str]:
    return ImmutableMultiDict([(clean_text(name), clean_text(value)) for name, value in fields.items(multi=True)])


class CleanRequest(Request):
    """A request whose fields are text."""

    def _load_form_data(self) -> None:
        """Read the body once, as werkzeug does, and clean what its fields say."""
        if "form" in self.__dict__:
            return
        super()._load_form_data()
        if not self.path.startswith(_AS_SENT):
            self.__dict__["form"] = _cleaned(self.__dict__["form"])

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """What the address asks."""
        asked: MultiDict[str, str] = super().args
        return asked if self.path.startswith(_AS_SENT) else _cleaned(asked)
