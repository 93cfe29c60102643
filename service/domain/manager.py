"""Who may do what in the console: four roles, each with all that the one before it may."""

from enum import StrEnum


class Role(StrEnum):
    """A viewer looks; an author writes; a launcher sends; an admin keeps the accounts and the supporters."""

    VIEWER = "viewer"
    AUTHOR = "author"
    LAUNCHER = "launcher"
    ADMIN = "admin"

    def may_act_as(self, needed: "Role") -> bool:
        """Whether this role has everything the needed one has."""
        return _ORDER.index(self) >= _ORDER.index(needed)

    @property
    def sees_addresses(self) -> bool:
        """Whether supporters' addresses and numbers are shown whole: to whoever may answer and send, and nobody less."""
        return self.may_act_as(Role.LAUNCHER)


_ORDER = tuple(Role)
