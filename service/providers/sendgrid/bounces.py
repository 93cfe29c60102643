"""Which answers of a mailbox say that there is no such mailbox, and which say something else."""

import re

from service.domain.breaker import OVER_QUOTA

# Enhanced status codes (RFC 3463, and the IANA registry of them) by what they begin with, the first that fits. SendGrid
# puts in `type: bounce` whatever a server refused for good, and that is often our own standing or a full mailbox.
_BY_STATUS: tuple[tuple[str, bool], ...] = (
    # 4.x.x: not now. SendGrid gives up after 72 hours of that, and the person is still there.
    (r"4\..*", False),
    # 5.1.7, 5.1.8: the sender's address is wrong, and ours.
    (r"5\.1\.[78]", False),
    # 5.1.5: the address is right. 5.1.6: it has moved and left no other.
    (r"5\.1\.5", False),
    # 5.1.x: the mailbox, its domain or its spelling does not exist.
    (r"5\.1\.(?!0$)[0-9]{1,3}", True),
    # 5.2.x: a mailbox that is full, shut or does not take this message.
    (r"5\.2\..*", False),
    # 5.3.x, 5.4.x, 5.5.x, 5.6.x: the server, the way there, the protocol, the content.
    (r"5\.[3-6]\..*", False),
    # 5.7.x: policy, authentication, reputation.
    (r"5\.7\..*", False),
)
# What SendGrid makes of an answer whose code says nothing (5.0.0, 5.1.0 or none at all). Its documented classes:
# Content, Frequency or Volume Too High, Invalid Address, Mailbox Unavailable, Reputation, Technical Failure,
# Unclassified (https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event#bounce-classifications).
INVALID_ADDRESS = "Invalid Address"
CLASSES = frozenset(
    {
        INVALID_ADDRESS,
        "Content",
        "Frequency or Volume Too High",
        "Mailbox Unavailable",
        "Reputation",
        "Technical Failure",
        "Unclassified",
    }
)
# A drop tells us what SendGrid already knew of the address; these two say that it never will work.
DEAD_DROPS = frozenset({"Bounced Address", "Invalid"})
DROPS = DEAD_DROPS | {
    "Invalid SMTPAPI header",
    "Spam Content",
    "Unsubscribed Address",
    "Spam Reporting Address",
    OVER_QUOTA,
}
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_IN_WORDS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")


def is_dead(status: object, reason: object, classified: str) -> bool:
    """Whether a bounce says that the address does not exist."""
    code = status_of(status, reason)
    for begins, dead in _BY_STATUS:
        if re.fullmatch(begins, code):
            return dead
    return classified == INVALID_ADDRESS


def status_of(status: object, reason: object) -> str:
    """The enhanced status code, from its own field or else out of the server's words; empty where there is none.

    A field that only says 5.0.0 knows nothing: the words may.
    """
    given = status if isinstance(status, str) and _STATUS.fullmatch(status) else ""
    if given and not given.endswith(".0.0"):
        return given
    said = _IN_WORDS.search(reason) if isinstance(reason, str) else None
    return said.group() if said else given


def known_class(classified: object) -> str:
    """SendGrid's class of a bounce, if it is one of those it documents."""
    return classified if isinstance(classified, str) and classified in CLASSES else ""


def known_drop(reason: object) -> str:
    """SendGrid's reason for a drop, if it is one of those it documents: another may quote the address."""
    return reason if isinstance(reason, str) and reason in DROPS else "dropped"
