"""What a campaign has come to at a glance: figures that are counted up to a limit, however large its tables are."""

from dataclasses import dataclass

from sqlalchemy import text

from service.store import Session

# In each line no more rows are read than :most and one: by pk_sign_ups and pk_replies from the newest, pk_permissions,
# ix_actions_campaign_id_kind, ix_replies_waiting and ix_consents_withdrawn.
_GLANCE = text("""
    WITH asked AS MATERIALIZED (
        SELECT campaign_id = :id AS ours, email_confirmed_at IS NOT NULL OR phone_confirmed_at IS NOT NULL AS confirmed
        FROM sign_ups ORDER BY id DESC LIMIT :most + 1
    ), written AS MATERIALIZED (
        SELECT campaign_id = :id AS ours FROM replies ORDER BY id DESC LIMIT :most + 1
    ), open AS MATERIALIZED (
        SELECT campaign_id = :id AS ours FROM replies WHERE needs_answer AND handled_at IS NULL LIMIT :most + 1
    ), brought AS MATERIALIZED (
        SELECT supporter_id FROM actions WHERE campaign_id = :id AND kind = 'brought' LIMIT :most + 1
    ), gone AS MATERIALIZED (
        SELECT supporter_id, import_id FROM consents WHERE campaign_id = :id AND act = 'withdrawn' LIMIT :most + 1
    )
    SELECT
        (SELECT count(*) FROM asked WHERE ours) AS sign_ups,
        (SELECT count(*) FROM asked WHERE ours AND confirmed) AS confirmed,
        (SELECT count(*) > :most FROM asked) AS sign_ups_cut,
        (SELECT count(*) FROM (SELECT FROM permissions WHERE campaign_id = :id AND channel = 'email' LIMIT :most + 1) AS p)
            AS by_email,
        (SELECT count(*) FROM (SELECT FROM permissions WHERE campaign_id = :id AND channel = 'sms' LIMIT :most + 1) AS p)
            AS by_sms,
        (SELECT count(*) FROM (SELECT FROM actions WHERE campaign_id = :id AND kind = 'shared' LIMIT :most + 1) AS a)
            AS shares,
        (SELECT count(*) FROM brought) AS brought,
        (SELECT count(DISTINCT supporter_id) FROM brought) AS sharers,
        (SELECT count(*) FROM written WHERE ours) AS replies,
        (SELECT count(*) > :most FROM written) AS replies_cut,
        (SELECT count(*) FROM open WHERE ours) AS waiting,
        (SELECT count(*) > :most FROM open) AS waiting_cut,
        (SELECT coalesce(sum(s.count), 0)::bigint FROM signature_counts s JOIN petitions p ON p.id = s.petition_id
            WHERE p.campaign_id = :id) AS signatures,
        (SELECT count(DISTINCT supporter_id) FROM gone WHERE import_id IS NULL) AS left,
        (SELECT count(*) > :most FROM gone) AS left_cut
""")


@dataclass(frozen=True, slots=True)
class Figure:
    """A count, or, where `is_cut`, what it comes to at least."""

    count: int
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Glance:
    """What a campaign has come to, each figure counted as far as is quick."""

    sign_ups: Figure
    confirmed: Figure
    by_email: Figure
    by_sms: Figure
    signatures: Figure
    shares: Figure
    # How many have confirmed who came by a supporter's own link, and how many supporters brought them.
    brought: Figure
    sharers: Figure
    replies: Figure
    waiting: Figure
    left: Figure


def glance(session: Session, campaign_id: int, *, most: int) -> Glance:
    """The figures of a campaign; where there are more than `most` rows to count, what they come to at least."""
    row = session.execute(_GLANCE, {"id": campaign_id, "most": most}).one()
    return Glance(
        sign_ups=Figure(min(row.sign_ups, most), row.sign_ups_cut),
        confirmed=Figure(min(row.confirmed, most), row.sign_ups_cut),
        by_email=_figure(row.by_email, most),
        by_sms=_figure(row.by_sms, most),
        signatures=Figure(row.signatures),
        shares=_figure(row.shares, most),
        brought=_figure(row.brought, most),
        sharers=Figure(min(row.sharers, most), row.brought > most),
        replies=Figure(min(row.replies, most), row.replies_cut),
        waiting=Figure(min(row.waiting, most), row.waiting_cut),
        left=Figure(min(row.left, most), row.left_cut),
    )


def _figure(count: int, most: int) -> Figure:
    return Figure(min(count, most), count > most)
