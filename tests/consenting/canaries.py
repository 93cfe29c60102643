"""Somebody who can be recognised wherever she is, and the looking for her: byte for byte, in any spelling."""

from base64 import b64encode

import psycopg

EMAIL, PHONE, SECOND = "zuleika.canary@example.org", "+447700900777", "+447700900778"
# Everything by which she could be known, as she typed it anywhere.
CANARIES = (
    *(EMAIL, PHONE, SECOND, "Zuleika", "203.0.113.77", "canary-source"),
    *("I live at 7 Canary Wharf", "canary's own box was ticked", "zuleika.canary"),
)
ROW = {
    "first_name": "Zuleika",
    "email": EMAIL,
    "phone": PHONE,
    "source": "canary-source",
    "consent_email": "yes",
    "consent_sms": "yes",
    "consent_wording": "canary's own box was ticked",
    "consent_at": "2026-10-01T12:00+00:00",
}


def dump(url: str) -> bytes:
    """Every row of every table, as Postgres writes them out."""
    whole = bytearray()
    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql")) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
        for (name,) in names:
            with connection.cursor().copy(f'COPY "{name}" TO STDOUT') as rows:  # type: ignore[arg-type]  # a table's name
                for row in rows:
                    whole += name.encode() + b"\t" + bytes(row)
    return bytes(whole)


def forms(canary: str) -> set[bytes]:
    """A canary as it is, in hexadecimal, and in base64 wherever it may begin."""
    raw = canary.encode()
    spelled_so = {raw, raw.lower(), raw.hex().encode(), raw.hex().upper().encode(), raw.replace(b"@", b"%40")}
    for before in range(3):
        spelled = b64encode(b"\0" * before + raw)
        skip = (0, 2, 3)[before]
        spelled_so.add(spelled[skip : len(spelled) - 4].replace(b"+", b"-").replace(b"/", b"_"))
        spelled_so.add(spelled[skip : len(spelled) - 4])
    return {form for form in spelled_so if len(form) >= 6}


def found(where: bytes) -> dict[str, str]:
    """The canaries that are there, and where."""
    lines = where.splitlines()
    return {
        canary: next((line[:160].decode(errors="replace") for line in lines if form in line), "")
        for canary in CANARIES
        for form in forms(canary)
        if form in where
    }
