"""How large the body of a request may be, by where it is sent: what is larger is not read."""

FORM = 64 * 1024
# Two emails of 64 KiB and all that stands beside them, every letter written with three signs.
WORDS = 500_000
FILE = 25 * 1024 * 1024
# Posts are cut at 768 kB by SendGrid; anything much larger is not SendGrid.
EVENTS = 8 * 1024 * 1024

IMPORT_PATH = "/console/supporters/import"


def largest(path: str) -> int:
    """The most that any route of this path takes; a route may take less, and says so itself."""
    if path.startswith("/hooks/sendgrid/"):
        return EVENTS
    if path == IMPORT_PATH:
        return FILE
    return WORDS if path.startswith("/console/") else FORM
