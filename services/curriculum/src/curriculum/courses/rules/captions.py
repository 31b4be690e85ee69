"""Captions of films and recordings: WebVTT that can be read, and reaches from the beginning to the end."""

import re
from functools import lru_cache

import webvtt
from webvtt.errors import MalformedCaptionError, MalformedFileError

from servicekit.refusals import InvalidField

# Between two captions nobody may be speaking: so much silence counts as covered [ours].
_PAUSE_MS = 5_000
_LEAST_PERCENT = 95
_TIME = re.compile(r"(?:(\d+):)?(\d\d):(\d\d)\.(\d{3})")


@lru_cache(maxsize=64)
def _cues(given: str) -> tuple[tuple[int, int], ...]:
    """Return from when to when each caption stands, in milliseconds and in the order of time.

    Raises ValueError.
    """
    try:
        found = webvtt.from_string(given, strict=True).captions
    except (MalformedFileError, MalformedCaptionError) as error:
        raise ValueError(str(error)) from error
    cues = [(_ms(cue.start), _ms(cue.end)) for cue in found if cue.text.strip()]
    if not cues or any(end <= start for start, end in cues):
        raise ValueError("a caption ends before it begins, or there is none")
    return tuple(sorted(cues))


def read(given: str, *, field: str) -> None:
    """Refuse what cannot be read as WebVTT."""
    try:
        _cues(given)
    except ValueError as error:
        raise InvalidField(field, given, "must be WebVTT: the line WEBVTT, then captions with their times") from error


def covered_milliseconds(given: str, milliseconds: int) -> int:
    """Return how much of so long a film the captions cover, with the short pauses between them; 0 if unreadable."""
    try:
        cues = _cues(given) if given else ()
    except ValueError:
        return 0
    covered, until = 0, 0
    for start, end in cues:
        if start >= milliseconds:
            break
        begins = until if start - until <= _PAUSE_MS else start
        ends = min(end, milliseconds)
        covered += max(0, ends - max(begins, until))
        until = max(until, ends)
    if 0 < milliseconds - until <= _PAUSE_MS and covered:
        covered += milliseconds - until
    return covered


def cover(given: str, milliseconds: int) -> bool:
    """Whether the captions cover at least 95 % of so long a film."""
    return milliseconds > 0 and 100 * covered_milliseconds(given, milliseconds) >= _LEAST_PERCENT * milliseconds


def _ms(time: str) -> int:
    found = _TIME.fullmatch(time)
    if found is None:
        raise ValueError(f"{time} is no time")
    hours, minutes, seconds, thousandths = (int(part or 0) for part in found.groups())
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths
