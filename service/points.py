"""Named points before and after every commit and every call to a provider, where tests make a process die."""

from collections.abc import Callable

_on_point: Callable[[str], None] | None = None


def point(name: str) -> None:
    """Pass a named point. Nothing happens but in a test that watches."""
    if _on_point is not None:
        _on_point(name)


def watch(on_point: Callable[[str], None] | None) -> None:
    """Have every point reported to `on_point`, which may kill the process or raise; None stops watching."""
    global _on_point  # noqa: PLW0603 - one process, one watcher
    _on_point = on_point
