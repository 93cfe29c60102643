"""The parts of ASGI that are spoken here, with their types."""

from collections.abc import Awaitable, Callable, MutableMapping

Scope = MutableMapping[str, object]
Event = MutableMapping[str, object]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]


def headers_of(scope: Scope) -> Headers:
    """The request's headers, their names in small letters."""
    found = scope["headers"]
    return [(bytes(name), bytes(value)) for name, value in found] if isinstance(found, list | tuple) else []


def has_cookie(headers: Headers, name: str) -> bool:
    """Whether the request brings this cookie with something in it."""
    start = f"{name}=".encode()
    found = [part.strip() for header, value in headers if header == b"cookie" for part in value.split(b";")]
    return any(part.startswith(start) and len(part) > len(start) for part in found)
