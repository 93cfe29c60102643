"""How large the body of a request may be, by where it is sent: what is larger is not read."""

FORM = 64 * 1024
# Two emails of 64 KiB and all that stands beside them, every letter written with three signs.
WORDS = 500_000
FILE = 25 * 1024 * 1024
# Posts are cut at 768 kB by SendGrid; anything much larger is not SendGrid.
EVENTS = 8 * 1024 * 1024

IMPORT_PATH = "/console/supporters/import"

# How much of the bodies of each size may wait in a process at once, so that those who send slowly fill no disk; each
# size has room of its own, so that stalled files keep out no form and no webhook.
MOST_WAITING = {
    FORM: 256 * 1024 * 1024,
    WORDS: 64 * 1024 * 1024,
    EVENTS: 128 * 1024 * 1024,
    FILE: 128 * 1024 * 1024,
}


def largest(path: str, *, has_session: bool) -> int:
    """The most that any route of this path takes; a route may take less, and says so itself.

    A file is read only where the browser brings the cookie of a console session.
    """
    if path.startswith("/hooks/sendgrid/"):
        return EVENTS
    if path == IMPORT_PATH:
        return FILE if has_session else FORM
    return WORDS if path.startswith("/console/") else FORM
