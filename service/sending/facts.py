"""What copy may say: the facts that are the same for everyone in a blast."""

from dataclasses import asdict, dataclass

from service.domain.fixture import Result, Score
from service.store.tables.campaign import Campaign, Fixture
from service.wording.email import EmailFrame, frame_words
from service.wording.service_messages import KEYWORD_FACTS
from service.wording.times import count_words


@dataclass(frozen=True, slots=True)
class SharedFacts:
    """The campaign and its fixture as they stand at one moment."""

    home: str
    away: str
    venue: str
    competition: str
    organisation: str
    campaign: str
    postal_address: str
    privacy_url: str
    signature_count: int
    score: Score | None
    campaign_link: str

    def words(self, language: str) -> dict[str, str]:
        """Every shared placeholder's words; `score` and `result` only once there is a score."""
        words = {
            **KEYWORD_FACTS,
            "home": self.home,
            "away": self.away,
            # A dash would turn a text into UCS-2 and double the bill.
            "fixture": f"{self.home} v {self.away}",
            "venue": self.venue,
            "organisation": self.organisation,
            "campaign": self.campaign,
            "campaign_link": self.campaign_link,
            "signature_count": count_words(self.signature_count, language),
        }
        if self.score is not None:
            words |= {"score": str(self.score), "result": self._result_words(self.score.result, language)}
        return words

    def frame(self, language: str) -> EmailFrame:
        """What stands around the words of an email."""
        return EmailFrame(
            language=language,
            organisation=self.organisation,
            campaign=self.campaign,
            home=self.home,
            away=self.away,
            competition=self.competition,
            venue=self.venue,
            postal_address=self.postal_address,
            privacy_url=self.privacy_url,
            score=str(self.score) if self.score else "",
            facts=self.words(language),
        )

    def _result_words(self, result: Result, language: str) -> str:
        said = frame_words(language)
        winner = {Result.HOME_WIN: self.home, Result.AWAY_WIN: self.away}.get(result)
        return f"{winner} {said['won']}" if winner else said["drew"]


# What of them moves with the match and the petition, and is bound to no approval.
_MOVING = ("signature_count", "score")


def standing_facts(campaign: Campaign, fixture: Fixture) -> dict[str, str]:
    """Everything shared that words may say and nobody but a manager changes; wherever the site is reached."""
    said = asdict(shared_facts(campaign, fixture, signature_count=0, public_url=""))
    return {name: str(fact) for name, fact in said.items() if name not in _MOVING}


def shared_facts(campaign: Campaign, fixture: Fixture, *, signature_count: int, public_url: str) -> SharedFacts:
    """The facts of a campaign as its rows stand."""
    known = fixture.home_score is not None and fixture.away_score is not None
    return SharedFacts(
        home=fixture.home,
        away=fixture.away,
        venue=fixture.venue,
        competition=fixture.competition,
        organisation=campaign.organisation,
        campaign=campaign.title,
        postal_address=campaign.postal_address,
        privacy_url=campaign.privacy_url,
        signature_count=signature_count,
        score=Score(fixture.home_score or 0, fixture.away_score or 0) if known else None,
        campaign_link=f"{public_url}/{campaign.slug}/",
    )
