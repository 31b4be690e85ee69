"""Whether the spans of a process go anywhere: what a composition root asks for, and stops."""

from collections.abc import Callable


def export(service: str, endpoint: str) -> Callable[[], None]:
    """Send the spans of this process to *endpoint* by OTLP, unless it is empty. Return what ends it."""
    if not endpoint:
        return lambda: None
    # A fifth of a second and 20 MB, for those alone who want it.
    from servicekit.watch import spans  # noqa: PLC0415

    return spans.export(service, endpoint)
