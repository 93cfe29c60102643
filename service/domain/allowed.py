"""Whom an installation may write to at all: everybody in earnest, a short list where it is a trial."""

from dataclasses import dataclass

from service.domain.channel import Channel


@dataclass(frozen=True, slots=True)
class AllowList:
    """Addresses (`ana@example.org`), domains (`example.org`) and beginnings of numbers (`+4477009`); empty: everybody."""

    entries: tuple[str, ...] = ()

    def admits(self, channel: Channel, address: str) -> bool:
        """Whether this address may be written to."""
        if not self.entries:
            return True
        if channel is Channel.SMS:
            return any(entry.startswith("+") and address.startswith(entry) for entry in self.entries)
        address = address.lower()
        domain = address.rpartition("@")[2]
        return any(entry in (address, domain) for entry in self.entries)


EVERYBODY = AllowList()
