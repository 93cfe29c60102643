"""Which channels somebody carries, told by the settings and known to every session of the process."""

from service.domain.channel import Channel
from service.store import Session

EVERY = frozenset(Channel)
INFO = "channels carried"


def carried(session: Session) -> frozenset[Channel]:
    """The channels somebody carries (EMAIL_PROVIDER, SMS_PROVIDER); every one where the sessions were not told."""
    told = session.info.get(INFO, EVERY)
    return frozenset(Channel(each) for each in told)


SETTING = {Channel.EMAIL: "EMAIL_PROVIDER", Channel.SMS: "SMS_PROVIDER"}
NAMES = {Channel.EMAIL: "emails", Channel.SMS: "texts"}


def not_carried(channel: Channel) -> str:
    """Why nothing goes by this channel, and what to do, for whoever asked for it."""
    name = SETTING[channel]
    return (
        f"no {NAMES[channel]} are sent from this installation: {name} is none; set {name} and its keys, and start again"
    )
