"""Nobody carries a channel: whatever waits for it is refused before a byte is sent, so that nobody is lost."""

from collections.abc import Sequence
from datetime import datetime

from service.providers.ports import (
    EmailBatch,
    EmailOutcome,
    FoundText,
    InboundPage,
    Outcome,
    ProviderAway,
    Refusal,
    Text,
    TextOutcome,
)

# A blast that waits for such a channel pauses with this as its reason.
_NO_EMAIL = "EMAIL_PROVIDER is none"
_NO_TEXTS = "SMS_PROVIDER is none"


class NoEmail:
    """In place of a provider of email."""

    name = "none"

    def send(self, batch: EmailBatch, *, deadline: float) -> EmailOutcome:
        """Refuse it, as a provider whose account is not set up would."""
        return EmailOutcome(Outcome.REFUSED, refusal=Refusal.CONFIGURATION, detail=_NO_EMAIL)

    def close(self) -> None:
        """Nothing is open."""


class NoTexts:
    """In place of a provider of texts."""

    name = "none"

    def send(self, texts: Sequence[Text], *, deadline: float, validity: int | None) -> list[TextOutcome]:
        """Refuse them, as a provider whose account is not set up would."""
        return [TextOutcome(Outcome.REFUSED, refusal=Refusal.CONFIGURATION, detail=_NO_TEXTS) for _ in texts]

    def find(self, to: str, *, since: datetime) -> list[FoundText]:
        """Nobody keeps a list that could tell what became of a text."""
        raise ProviderAway(_NO_TEXTS)

    def inbound_page(self, since: datetime, *, page: str) -> InboundPage:
        """Nobody keeps a list of what came in; what came may be found when somebody carries texts again."""
        raise ProviderAway(_NO_TEXTS)

    def close(self) -> None:
        """Nothing is open."""
