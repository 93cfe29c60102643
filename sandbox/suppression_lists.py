"""What SendGrid remembers of addresses: one list each for bounces, blocks, reports and unsubscribes."""

from collections.abc import Mapping


class SuppressionLists:
    """Entries by list and address, each as SendGrid would answer it; the newest come first."""

    def __init__(self) -> None:
        self._lists: dict[str, dict[str, dict[str, object]]] = {}

    def put(self, name: str, address: str, details: Mapping[str, object]) -> None:
        """Put an address on a list; the newest entry of it stands."""
        entries = self._lists.setdefault(name, {})
        entries.pop(address.lower(), None)
        entries[address.lower()] = {"email": address, **details}

    def remove(self, name: str, address: str) -> bool:
        """Take an address off a list; whether it stood there."""
        return self._lists.get(name, {}).pop(address.lower(), None) is not None

    def of(self, name: str) -> list[dict[str, object]]:
        """The entries of a list, the newest first."""
        return list(reversed(self._lists.get(name, {}).values()))

    def clear(self) -> None:
        """Forget every address on every list."""
        self._lists.clear()
