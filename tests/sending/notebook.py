"""Providers that write down what they are given, and answer as told: the two ports, with nothing behind them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from service.providers.ports import (
    EmailBatch,
    EmailOutcome,
    FoundText,
    InboundPage,
    InboundText,
    Outcome,
    Text,
    TextOutcome,
)


@dataclass
class EmailNotebook:
    """Takes every batch; `answer` may say otherwise, or do something just before the answer."""

    name: str = "notebook"
    batches: list[EmailBatch] = field(default_factory=list)
    answer: Callable[[EmailBatch], EmailOutcome] = lambda _: EmailOutcome(Outcome.ACCEPTED, provider_ref="E1")

    def send(self, batch: EmailBatch, *, deadline: float) -> EmailOutcome:
        self.batches.append(batch)
        return self.answer(batch)

    def close(self) -> None: ...

    @property
    def refs(self) -> list[str]:
        return [recipient.ref for batch in self.batches for recipient in batch.recipients]

    @property
    def addresses(self) -> list[str]:
        return [recipient.address for batch in self.batches for recipient in batch.recipients]


@dataclass
class SmsNotebook:
    """Takes every text; `answer` may say otherwise. `listed` is what its own list holds."""

    name: str = "notebook"
    texts: list[Text] = field(default_factory=list)
    listed: list[FoundText] = field(default_factory=list)
    # What came in, newest first, in pages of so many.
    came_in: list[InboundText] = field(default_factory=list)
    page_size: int = 200
    answer: Callable[[Text], TextOutcome] = lambda _: TextOutcome(Outcome.ACCEPTED, provider_ref="SM1")

    def send(self, texts: Sequence[Text], *, deadline: float, validity: int | None) -> list[TextOutcome]:
        self.texts += texts
        return [self.answer(text) for text in texts]

    def find(self, to: str, *, since: datetime) -> list[FoundText]:
        return [text for text in self.listed if text.to == to]

    def inbound_page(self, since: datetime, *, page: str) -> InboundPage:
        at = int(page or 0)
        part = self.came_in[at : at + self.page_size]
        return InboundPage(part, str(at + self.page_size) if at + self.page_size < len(self.came_in) else "")

    def close(self) -> None: ...
