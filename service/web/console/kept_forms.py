"""A form that came too late, its session or its token gone: what was typed comes back, to be sent once more."""

from dataclasses import dataclass

from flask import request, url_for
from werkzeug.datastructures import MultiDict

# What stands before a field's name while it waits for somebody to sign in.
_PREFIX = "kept."
_NEVER_KEPT = frozenset({"csrf_token", "password", "current", "new", "again"})

# What goes there is a password or a code, or is done with the press.
_OF_PASSWORDS = (
    "sign_in_now",
    "set_password",
    "sign_out_now",
    "second_step_now",
    "confirm_second_factor",
    "drop_second_factor_now",
    "prove_now",
    "passkey_sign_in",
    "add_passkey_now",
)


@dataclass(frozen=True, slots=True)
class KeptForm:
    """A form as it was typed, and where it was to go."""

    path: str
    fields: tuple[tuple[str, str], ...]
    has_files: bool = False

    @property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """What somebody wrote, by the name of its field: shown, so that it can be read and copied."""
        return tuple((name, value) for name, value in self.fields if " " in value.strip() or "\n" in value)

    @property
    def waiting(self) -> tuple[tuple[str, str], ...]:
        """The same as fields of the form that signs in."""
        return ((f"{_PREFIX}path", self.path), *((f"{_PREFIX}f.{name}", value) for name, value in self.fields))


def sent_form(*, may_be_empty: bool = False) -> KeptForm | None:
    """The form that was sent; None where none was, or where no page of ours sent it.

    Browsers say by Sec-Fetch-Site whose page a form stood on, and no page can say otherwise: what a stranger's page
    sends is never offered to be sent once more.
    """
    is_ours = request.headers.get("Sec-Fetch-Site") == "same-origin"
    if request.method != "POST" or not is_ours or request.headers.get("HX-Request"):
        return None
    fields = tuple((name, value) for name, value in request.form.items(multi=True) if name not in _NEVER_KEPT)
    if not (fields or may_be_empty) or _is_of_passwords(request.path):
        return None
    return KeptForm(request.full_path.rstrip("?"), fields, has_files=bool(request.files))


def waiting_form(form: MultiDict[str, str]) -> KeptForm | None:
    """The form that waits in the one that signs in; None where none does."""
    path = form.get(f"{_PREFIX}path", "")
    if not path.startswith("/console/") or "\\" in path or _is_of_passwords(path):
        return None
    start = len(f"{_PREFIX}f.")
    fields = ((name, value) for name, value in form.items(multi=True) if name.startswith(f"{_PREFIX}f."))
    return KeptForm(path, tuple((name[start:], value) for name, value in fields))


def _is_of_passwords(path: str) -> bool:
    return path.partition("?")[0] in {url_for(f"console.{view}") for view in _OF_PASSWORDS}
