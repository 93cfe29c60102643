"""What version 0.2.0 keeps and writes: people for its tables, and each of its ways to write, a transaction each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count

from sqlalchemy import Connection, text

REVISION = "0003"
# Some spell their mailbox in a second way, signed without a name, wait for an answer, or have been forgotten.
_PEOPLE = (
    """INSERT INTO fixtures (slug, home, away, venue, competition, time_zone, kick_off_at)
       VALUES ('f', 'Azerbaijan', 'England', 'Baku', 'World Cup qualifier', 'Asia/Baku', now() + interval '5 days')""",
    """INSERT INTO campaigns (slug, fixture_id, title, organisation, summary, language, sender_name, sender_email,
           reply_to, postal_address, consent_wordings, loaded_at, is_current)
       VALUES ('c', 1, 'Fair trials', 'Fair Play for Rights', '', 'en', 'Fair Play', 'news@example.org',
           'answers@example.org', '1 Example Street', '{}', now(), true)""",
    "INSERT INTO petitions (campaign_id, addressee, goal, wordings) VALUES (1, 'the Government', 1000, '{}')",
    """INSERT INTO supporters (email, email_hash, phone, phone_hash, first_name, created_at)
       SELECT 'person' || n || CASE WHEN n % 7 = 0 THEN '+fair' ELSE '' END || '@example.org', decode(md5(n::text), 'hex'),
           '+4477' || lpad(n::text, 8, '0'), decode(md5('p' || n), 'hex'), 'Ana', now()
       FROM generate_series(1, :people) AS n""",
    """INSERT INTO sign_ups (campaign_id, first_name, email, wants_email, wants_sms, wordings, locale, time_zone, source,
           ip, created_at, supporter_id)
       SELECT 1, first_name, email, true, true, '{}', 'en', 'Europe/London', 'web', '192.0.2.1', now(), id
       FROM supporters""",
    """INSERT INTO sign_ups (campaign_id, first_name, email, wants_email, wants_sms, wordings, locale, time_zone, source,
           ip, created_at)
       SELECT 1, '', 'erased', true, true, '{}', 'en', 'Europe/London', 'web', '', now()
       FROM generate_series(1, 50)""",
    """INSERT INTO consents (campaign_id, channel, act, supporter_id, wording, source, at)
       SELECT 1, channel, 'given', id, 'Yes.', 'web', now() FROM supporters, unnest(ARRAY['email', 'sms']) AS channel""",
    """INSERT INTO permissions (campaign_id, channel, supporter_id, consent_id, given_at)
       SELECT 1, channel, supporter_id, id, at FROM consents""",
    """INSERT INTO signatures (petition_id, supporter_id, name, source, signed_at)
       SELECT 1, id, CASE WHEN id % 10 = 0 THEN '' ELSE 'Ana' END, 'web', now() FROM supporters WHERE id % 2 = 0""",
    """INSERT INTO replies (provider_ref, campaign_id, supporter_id, phone, to_number, body, needs_answer, received_at)
       SELECT 'SM' || id, 1, id, CASE WHEN id % 11 = 0 THEN 'erased' ELSE phone END, '+447700900000', 'When is it?',
           id % 3 = 0, now()
       FROM supporters""",
    """INSERT INTO suppressions (channel, address_hash, reason, at)
       SELECT 'email', decode(md5('gone' || n), 'hex'), 'erased', now() FROM generate_series(1, 100) AS n""",
    """INSERT INTO notices (kind, channel, dedupe_key, to_address, facts, not_before, expires_at, created_at)
       SELECT 'joined_email', 'email', 'gone' || n, 'erased', '{}', now(), now(), now() FROM generate_series(1, 50) AS n""",
)
_JOIN = (
    """INSERT INTO sign_ups (campaign_id, first_name, email, wants_email, wants_sms, wordings, locale, time_zone, source,
           ip, created_at)
       VALUES (1, 'Bilal', 'new' || :n || '+a@example.org', true, false, '{}', 'en', 'Europe/London', 'web', '', now())""",
    """INSERT INTO supporters (email, email_hash, first_name, created_at)
       VALUES ('new' || :n || '+a@example.org', decode(md5('new' || :n), 'hex'), 'Bilal', now())
       ON CONFLICT ON CONSTRAINT uq_supporters_email DO UPDATE SET email = excluded.email""",
    """WITH given AS (
           INSERT INTO consents (campaign_id, channel, act, supporter_id, wording, source, at)
           SELECT 1, 'email', 'given', id, 'Yes.', 'web', now() FROM supporters
           WHERE email = 'new' || :n || '+a@example.org' RETURNING id, supporter_id)
       INSERT INTO permissions (campaign_id, channel, supporter_id, consent_id, given_at)
       SELECT 1, 'email', supporter_id, id, now() FROM given
       ON CONFLICT ON CONSTRAINT pk_permissions DO UPDATE SET consent_id = excluded.consent_id""",
)
_SIGN = (
    """INSERT INTO signatures (petition_id, supporter_id, name, source, signed_at)
       SELECT 1, id, CASE WHEN :n % 5 = 0 THEN '' ELSE 'Cora' END, 'web', now() FROM supporters
       WHERE email IN ('person' || (2 * :n + 1) || '@example.org', 'person' || (2 * :n + 1) || '+fair@example.org')
       ON CONFLICT DO NOTHING""",
)
_STOP = (
    """WITH gone AS (DELETE FROM permissions WHERE supporter_id = 3 * :n + 2 AND channel = 'sms' RETURNING campaign_id)
       INSERT INTO consents (campaign_id, channel, act, supporter_id, wording, source, at)
       SELECT campaign_id, 'sms', 'withdrawn', 3 * :n + 2, 'STOP', 'text', now() FROM gone""",
    """INSERT INTO suppressions (channel, address_hash, reason, at)
       SELECT 'sms', phone_hash, 'stop', now() FROM supporters WHERE id = 3 * :n + 2 AND phone_hash IS NOT NULL
       ON CONFLICT DO NOTHING""",
)
_REPLY = (
    """INSERT INTO replies (provider_ref, campaign_id, phone, to_number, body, needs_answer, received_at)
       VALUES ('new' || :n, 1, '+4478' || lpad((:n / 3)::text, 8, '0'), '+447700900000', 'Hello?', true, now())""",
)
_ANSWER = ("UPDATE replies SET handled_at = now(), handled_by = 'Dev' WHERE provider_ref = 'SM' || (3 * :n)",)
_FORGET = (
    """UPDATE replies SET phone = 'erased', body = '', supporter_id = NULL, needs_answer = false
       WHERE provider_ref = 'SM' || (3 * :n + 1)""",
    """UPDATE sign_ups SET first_name = '', email = 'erased', phone = NULL, ip = ''
       WHERE email = (SELECT email FROM supporters WHERE id = 3 * :n + 1)""",
    "UPDATE signatures SET name = '' WHERE supporter_id = 3 * :n + 1",
    """UPDATE supporters SET first_name = '', email = NULL, phone = NULL, email_hash = NULL, phone_hash = NULL,
       source = '', erased_at = now() WHERE id = 3 * :n + 1""",
)
_CLICK = (
    """INSERT INTO actions (campaign_id, supporter_id, kind, detail, at) VALUES (1, 1, 'clicked', 'new' || :n, now())""",
    """INSERT INTO receipts (provider, event_id, kind, supporter_id, at, received_at)
       VALUES ('sendgrid', 'new' || :n, 'clicked', 1, now(), now())""",
)
_READ = ("SELECT id, email, phone FROM supporters WHERE id = :n",)


@dataclass(frozen=True)
class Act:
    """One way to use the database. `number` is what it has to do with."""

    statements: tuple[str, ...]

    def do(self, connection: Connection, number: int) -> None:
        """The whole of it in one transaction."""
        with connection.begin():
            for statement in self.statements:
                connection.execute(text(statement.replace(":n", str(number))))


ACTS: Mapping[str, Act] = {
    "join": Act(_JOIN),
    "sign": Act(_SIGN),
    "stop": Act(_STOP),
    "reply": Act(_REPLY),
    "answer": Act(_ANSWER),
    "forget": Act(_FORGET),
    "click": Act(_CLICK),
    "read": Act(_READ),
}


def add_people(connection: Connection, people: int) -> None:
    """So many supporters with all that 0.2.0 knows of them, in a database as 0.2.0 has it."""
    for statement in _PEOPLE:
        connection.execute(text(statement), {"people": people} if ":people" in statement else {})


def keep_on(act: Act, connection: Connection, *, until: Callable[[], bool], note: Callable[[int], None]) -> None:
    """Do one thing for one number after the other, and note each when it is done."""
    for number in count(1):
        if until():
            return
        act.do(connection, number)
        note(number)
