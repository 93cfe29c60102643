"""A campaign written as files again: what `campaign export` gives and `campaign load` takes."""

import json
from datetime import datetime
from pathlib import Path

from service.domain.channel import Channel
from service.domain.petition import Asks
from service.domain.stage import Anchor
from service.wording.campaign_files import CampaignFiles, CopyFile, StageFile
from service.wording.durations import write_span
from service.wording.headed_files import KINDS


def write_campaign(campaign: CampaignFiles, folder: Path) -> list[Path]:
    """Write every file of a campaign below `folder`; `read_campaign` reads the same campaign again."""
    files = {"campaign.toml": _toml(campaign)}
    for stage in campaign.stages:
        for copy in stage.copies:
            files[_copy_name(campaign, stage, copy)] = _copy_text(copy)
    for briefing in campaign.briefings:
        name = f"{_prefix(campaign, briefing.language)}briefings/{briefing.slug}.md"
        headers = {"Title": briefing.title, "Summary": briefing.summary, "Source": briefing.source}
        files[name] = _headed(headers, briefing.body)
    for wording in campaign.petition.wordings if campaign.petition else ():
        name = f"{_prefix(campaign, wording.language)}petition.md"
        files[name] = _headed({"Title": wording.title}, wording.body)
    written = []
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        written.append(path)
    return written


def _prefix(campaign: CampaignFiles, language: str) -> str:
    return "" if language == campaign.language else f"{language}/"


def _copy_name(campaign: CampaignFiles, stage: StageFile, copy: CopyFile) -> str:
    variant = f".{copy.variant}" if copy.variant else ""
    folder = f"{_prefix(campaign, copy.language)}{copy.channel}"
    return f"{folder}/{stage.slug}{variant}{KINDS[copy.channel]}"


def _copy_text(copy: CopyFile) -> str:
    if copy.channel is Channel.SMS:
        return copy.body + "\n"
    return _headed({"Subject": copy.subject, "Preheader": copy.preheader}, copy.body)


def _headed(headers: dict[str, str], body: str) -> str:
    lines = [f"{name}: {words}" for name, words in headers.items() if words]
    return "\n".join([*lines, "", body, ""])


def _toml(campaign: CampaignFiles) -> str:
    order = [briefing.slug for briefing in campaign.briefings if briefing.language == campaign.language]
    lines = _pairs(
        slug=campaign.slug,
        title=campaign.title,
        summary=campaign.summary,
        organisation=campaign.organisation,
        language=campaign.language,
        postal_address=campaign.postal_address,
        privacy_url=campaign.privacy_url,
        briefings=order,
    )
    if campaign.approval_above is not None:
        lines += _pairs(approval_above=campaign.approval_above)
    if campaign.countries:
        lines += _pairs(countries=list(campaign.countries))
    sender, fixture = campaign.sender, campaign.fixture
    lines += ["", "[sender]", *_pairs(email=sender.email, name=sender.name, reply_to=sender.reply_to)]
    lines += ["", "[fixture]"]
    lines += _pairs(
        slug=fixture.slug,
        home=fixture.home,
        away=fixture.away,
        venue=fixture.venue,
        competition=fixture.competition,
        time_zone=fixture.time_zone,
        kick_off=fixture.kick_off,
    )
    for language, words in campaign.consents.items():
        lines += ["", f"[consent.{language}]", *_pairs(**words)]
    if campaign.keywords:
        lines += ["", "[keywords]", *_pairs(**campaign.keywords)]
    for channel, hours in campaign.quiet_hours.items():
        lines += ["", f"[quiet_hours.{channel}]", f"from = {hours.from_.isoformat()}"]
        lines += [f"until = {hours.until.isoformat()}"]
    prices = campaign.prices
    lines += ["", "[prices]", *_pairs(currency=prices.currency)]
    lines += [f"segment = {_price(prices.segment)}", f"thousand_emails = {_price(prices.thousand_emails)}"]
    if cap := campaign.frequency_cap:
        lines += ["", "[frequency_cap]", *_pairs(messages=cap.messages, within=write_span(cap.within))]
    if campaign.receipt:
        lines += ["", "[replies]", *_pairs(receipt=campaign.receipt)]
    if campaign.petition:
        petition = campaign.petition
        lines += ["", "[petition]", *_pairs(addressee=petition.addressee, goal=petition.goal)]
        if petition.asks is not Asks.NOTHING:
            lines += _pairs(asks=str(petition.asks))
    for stage in campaign.stages:
        lines += ["", "[[stages]]", *_stage(stage)]
    return "\n".join(lines) + "\n"


def _stage(stage: StageFile) -> list[str]:
    timing = stage.timing
    lines = _pairs(slug=stage.slug, title=stage.title, anchor=str(timing.anchor))
    if timing.anchor is Anchor.ABSOLUTE:
        lines += _pairs(at=timing.at)
    else:
        lines += _pairs(offset=write_span(timing.offset))
    lines += _pairs(stale_after=write_span(timing.stale_after), channels=list(map(str, stage.channels)))
    if timing.only_result:
        lines += _pairs(only_result=str(timing.only_result))
    lines += _pairs(catch_up=str(stage.catch_up), quiet_hours=str(stage.quiet_hours))
    if stage.local_time is not None:
        lines.append(f"local_time = {stage.local_time.isoformat()}")
    if stage.cap is not None:
        lines += _pairs(cap=stage.cap)
    return lines + (_pairs(audience=stage.audience) if stage.audience else [])


def _pairs(**values: object) -> list[str]:
    return [f"{key} = {_value(value)}" for key, value in values.items()]


def _value(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_value(inner) for inner in value) + "]"
    # A JSON string, number or truth is a TOML one too, save for DEL.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _price(ten_thousandths: int) -> str:
    return f"{ten_thousandths // 10_000}.{ten_thousandths % 10_000:04d}"
