"""Floods from one network are slowed down; a crowd behind one address is not.

A ground's Wi-Fi and a mobile carrier put thousands of people behind one address, so what a network may do is far above
any crowd, counted over ten seconds, and whoever is over it keeps the form and may press again at once after that. What
protects inboxes and the bill are limits per mailbox, number range, country and campaign (service/sending/asking.py).
"""

import hashlib
from ipaddress import ip_address, ip_network

from flask import Flask, render_template
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter, RateLimitExceeded
from redis.backoff import NoBackoff
from redis.retry import Retry

from service.domain.network import network
from service.settings import Settings
from service.web import door
from service.web.forms_sent import form_sent

_WINDOW_SECONDS = 10
# A Redis that is away or frozen holds one request up for this long, then none until it is tried again; by itself the
# client would try three times more, seconds apart.
_SHORTLY: dict[str, object] = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5, "retry": Retry(NoBackoff(), 0)}
# Beside the form's own: made anew with the page.
_NOT_KEPT = frozenset({"csrf_token"})


def _callers_network() -> str:
    return network(door.ip())


def _is_exempt() -> bool:
    try:
        ip = ip_address(door.ip())
    except ValueError:
        return False
    return any(ip in ip_network(net) for net in door.settings().limit_exempt_networks)


limiter = Limiter(key_func=_callers_network, strategy="fixed-window", headers_enabled=False)

# Every form a supporter fills in counts towards the same number.
forms = limiter.shared_limit(
    lambda: f"{door.settings().limits.limit_forms_per_network} per {_WINDOW_SECONDS} seconds",
    scope="forms",
    exempt_when=_is_exempt,
)
sign_in_links = limiter.shared_limit(
    lambda: f"{door.settings().limits.limit_sign_in_links_per_network} per 10 minutes",
    scope="sign-in-links",
    exempt_when=_is_exempt,
)
# Each is work for the organisation's directory; counted apart, for whoever comes back has gone there before.
directory_answers = limiter.shared_limit(
    lambda: f"{door.settings().limits.limit_sign_in_links_per_network} per 10 minutes",
    scope="directory-answers",
    exempt_when=_is_exempt,
)


@limiter.shared_limit(
    lambda: f"{door.settings().limits.limit_complaints_per_network} per hour",
    scope="complaints",
    exempt_when=_is_exempt,
)
def count_complaint() -> None:
    """Count a complaint without mistakes towards its network's. Raises RateLimitExceeded."""


def set_up_limits(app: Flask, settings: Settings) -> None:
    """Count in Redis, for all processes together; in each one's memory while Redis is away or not set."""
    address = settings.redis_url or "memory://"
    app.config.update(
        RATELIMIT_STORAGE_URI=f"redis+{address}" if address.startswith("unix://") else address,
        RATELIMIT_STORAGE_OPTIONS=_SHORTLY if settings.redis_url else {},
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=settings.redis_url is not None,
        # Installations may share a Redis.
        RATELIMIT_KEY_PREFIX=f"touchline:{hashlib.sha256(settings.secret_key.encode()).hexdigest()[:12]}",
    )
    limiter.init_app(app)
    app.register_error_handler(RateLimitExceeded, _press_again)


def _press_again(_: Exception) -> ResponseReturnValue:
    """The form as it was sent, to be sent again after the wait that Retry-After names."""
    found = limiter.current_limit
    wait = max(1, round(found.reset_at - door.now().timestamp())) if found else _WINDOW_SECONDS
    kept = [(name, value) for name, value in form_sent().items(multi=True) if name not in _NOT_KEPT]
    page = render_template("site/busy.html", kept=kept, wait=wait)
    return page, 429, {"Retry-After": str(wait)}
