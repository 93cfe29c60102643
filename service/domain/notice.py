"""One-off messages: what kinds there are, how long each is worth sending and how often it may be tried."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from service.domain.channel import Channel


class NoticeKind(StrEnum):
    CONFIRM_EMAIL = "confirm_email"
    CONFIRM_SIGNATURE = "confirm_signature"
    CONFIRM_SMS = "confirm_sms"
    ALREADY_JOINED = "already_joined"
    HAS_SIGNED_EMAIL = "has_signed_email"
    ALREADY_JOINED_SMS = "already_joined_sms"
    JOINED_SMS = "joined_sms"
    JOIN_WHICH_SMS = "join_which_sms"
    SIGNED_EMAIL = "signed_email"
    SIGNED_SMS = "signed_sms"
    NAME_NEEDED_SMS = "name_needed_sms"
    ALREADY_SIGNED_SMS = "already_signed_sms"
    PETITION_CLOSED_SMS = "petition_closed_sms"
    MORE_SMS = "more_sms"
    HELP_SMS = "help_sms"
    LEFT_SMS = "left_sms"
    CAME_BACK_SMS = "came_back_sms"
    ON_LIST_SMS = "on_list_sms"
    NOT_ON_LIST_SMS = "not_on_list_sms"
    LEFT_ALONE_SMS = "left_alone_sms"
    NO_BRIEFING_SMS = "no_briefing_sms"
    RECEIPT_SMS = "receipt_sms"
    ANSWER_SMS = "answer_sms"
    TAKE_OFF_EMAIL = "take_off_email"
    TAKE_OFF_SMS = "take_off_sms"
    FORGET_EMAIL = "forget_email"
    FORGET_SMS = "forget_sms"
    COPY_EMAIL = "copy_email"
    COPY_SMS = "copy_sms"
    TEST_EMAIL = "test_email"
    TEST_SMS = "test_sms"
    # Whether somebody wants to get tests.
    TESTER_EMAIL = "tester_email"
    TESTER_SMS = "tester_sms"
    MANAGER_LINK = "manager_link"
    # What happened to a manager's own account.
    ACCOUNT_NEWS = "account_news"
    ALARM = "alarm"
    # A blast has stopped by itself.
    BLAST_STOPPED = "blast_stopped"
    BLAST_STOPPED_SMS = "blast_stopped_sms"
    # A planned message that an author changed is near its hour.
    RELEASE_WANTED = "release_wanted"
    # That a complaint about data has come, to whoever wrote it; that it is nearly overdue, to managers.
    COMPLAINT_TAKEN = "complaint_taken"
    COMPLAINT_DUE = "complaint_due"
    # Where the audit ended on a day.
    AUDIT_END = "audit_end"
    # What goes to many waits for a second person; and what that person said.
    APPROVAL_WANTED = "approval_wanted"
    APPROVAL_ANSWERED = "approval_answered"


# What anybody can make us send to anybody, with a form and no proof: counted and limited (service/sending/asking.py).
TOLD_ALREADY = frozenset({NoticeKind.ALREADY_JOINED, NoticeKind.HAS_SIGNED_EMAIL, NoticeKind.ALREADY_JOINED_SMS})
ASKED_BY_FORM = TOLD_ALREADY | {
    NoticeKind.CONFIRM_EMAIL,
    NoticeKind.CONFIRM_SIGNATURE,
    NoticeKind.CONFIRM_SMS,
    NoticeKind.COMPLAINT_TAKEN,
}
# Why a notice was put back, as it is kept and asked for.
OVER_BUDGET = "over_budget"


@dataclass(frozen=True, slots=True)
class NoticePolicy:
    """How long after being asked for it is still worth sending, and how many handovers it may take."""

    lifetime: timedelta
    attempts: int


# Texts: at least once within ten minutes, twice at most. Emails: three times at most.
_SMS = NoticePolicy(timedelta(minutes=10), 2)
_EMAIL = NoticePolicy(timedelta(hours=24), 3)
_ANSWER = NoticePolicy(timedelta(hours=12), 2)


def policy_for(kind: NoticeKind, channel: Channel) -> NoticePolicy:
    """The policy of a notice."""
    if kind is NoticeKind.ANSWER_SMS:
        return _ANSWER
    return _EMAIL if channel is Channel.EMAIL else _SMS
