"""What the subjects of the audit are called today: `blast 12` is a title, and where to find it."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, text

from service.store import Session


@dataclass(frozen=True, slots=True)
class Subject:
    """A thing that is there: its kind and id, what it is called, and the slugs its page is found by."""

    kind: str
    id: int
    called: str
    campaign: str = ""
    part: str = ""


# By primary keys, as many as stand on a page.
_CALLED: Mapping[str, str] = {
    "blast": "SELECT b.id, b.title, c.slug, '' FROM blasts b JOIN campaigns c ON c.id = b.campaign_id",
    "stage": "SELECT b.id, b.title, c.slug, b.slug FROM stages b JOIN campaigns c ON c.id = b.campaign_id",
    "campaign": "SELECT b.id, b.title, b.slug, '' FROM campaigns b",
    # A match of several campaigns is seen on each one's page: on the oldest's.
    "fixture": "SELECT b.id, b.home || ' – ' || b.away, coalesce((SELECT slug FROM campaigns c"
    " WHERE c.fixture_id = b.id ORDER BY c.id LIMIT 1), ''), '' FROM fixtures b",
    "manager": "SELECT b.id, b.email, '', '' FROM managers b",
    "supporter": "SELECT b.id, CASE WHEN b.erased_at IS NULL THEN 'Supporter ' ELSE 'Erased supporter ' END || b.id, '',"
    " CASE WHEN b.erased_at IS NULL THEN 'here' ELSE '' END FROM supporters b",
    "reply": "SELECT b.id, 'Text ' || b.id, '', '' FROM replies b",
    "import": "SELECT b.id, b.name, '', '' FROM imports b",
    "complaint": "SELECT b.id, 'Complaint ' || b.id, '', '' FROM complaints b",
    "tester": "SELECT b.id, 'Tester ' || b.id, '', '' FROM testers b",
}


def subjects_named(session: Session, subjects: Collection[str]) -> dict[str, Subject]:
    """Those of these subjects that are there, by how the audit names them."""
    ids: dict[str, list[int]] = defaultdict(list)
    for subject in subjects:
        kind, _, number = subject.partition(" ")
        if kind in _CALLED and number.isascii() and number.isdecimal() and len(number) < 18:
            ids[kind].append(int(number))
    found = {}
    for kind, its in ids.items():
        asked = text(f"{_CALLED[kind]} WHERE b.id IN :ids").bindparams(bindparam("ids", expanding=True))
        for row in session.execute(asked, {"ids": its}):
            found[f"{kind} {row[0]}"] = Subject(kind, *row)
    return found
