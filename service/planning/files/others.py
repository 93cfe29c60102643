"""Files that are no table at all, known by how they begin: what they are is said, and what to do."""

_BEGINNINGS = (
    ((b"%PDF",), "a PDF"),
    ((b"\x89PNG", b"\xff\xd8\xff", b"GIF8"), "a picture"),
    ((b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ"), "a packed archive"),
    ((b"{\\rtf",), "a document of a word processor"),
    ((b"SQLite format 3",), "a database"),
    ((b"BEGIN:VCARD",), "an address book (vCard)"),
    ((b"<!DOCTYPE HTML", b"<HTML", b"<TABLE", b"<HEAD", b"<META"), "a web page, whatever its name says"),
    ((b"<?XML", b"<WORKBOOK"), "XML"),
)


def what_else(start: bytes) -> str:
    """What a file is that begins so; empty where it may be a table."""
    begins = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    for marks, name in _BEGINNINGS:
        if begins.startswith(marks) or begins[:20].upper().startswith(marks):
            return name
    return "JSON" if begins[:1] in {b"[", b"{"} and begins[1:].lstrip()[:1] in {b'"', b"{"} else ""
