"""How a body decides: shares and counts, each its own. Who counts votes reads them; nothing here does."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from servicekit.refusals import InvalidField

CLASSES = ("MAJOR", "MINOR", "EDITORIAL")
_MOST = 1_000
_MOST_OF_EACH = 100
_MOST_HOURS = 24 * 366
_LONGEST_TEXT = 2_000


class Share(NamedTuple):
    """A part of a whole; 0/0 is none."""

    numerator: int = 0
    denominator: int = 0


NONE = Share()


@dataclass(frozen=True)
class Threshold:
    """What a decision of a class needs."""

    decision_class: str
    of_all: Share
    of_each_constituency: Share = NONE
    yes_of_each_constituency: int = 0


@dataclass(frozen=True)
class Ruling:
    """The rules of a body."""

    quorum: Share = NONE
    quorum_of_each_constituency: int = 0
    thresholds: tuple[Threshold, ...] = ()
    notice_hours: int = 0
    written_votes: bool = False
    override: Share = NONE
    conflict_text: str = ""


def check(ruling: Ruling) -> None:
    """Refuse rules by which nothing could be decided, or that nobody can count."""
    for field, number, most in _counts(ruling):
        if not 0 <= number <= most:
            raise InvalidField(f"body.rules.{field}", number, f"must be from 0 to {most:,}")
    for field, share, below in _shares(ruling):
        _check_share(f"body.rules.{field}", share, below=below)
    classes = [one.decision_class for one in ruling.thresholds]
    for name in classes:
        if name not in CLASSES:
            raise InvalidField("body.rules.thresholds.decision_class", name, f"must be one of {', '.join(CLASSES)}")
    if len(classes) != len(set(classes)):
        raise InvalidField("body.rules.thresholds", ", ".join(classes), "must have each class once")
    for one in ruling.thresholds:
        if one.of_all == NONE:
            raise InvalidField("body.rules.thresholds.of_all", "0/0", "must be given")
    if len(ruling.conflict_text) > _LONGEST_TEXT:
        rule = f"must have at most {_LONGEST_TEXT:,} characters"
        raise InvalidField("body.rules.conflict_text", len(ruling.conflict_text), rule)


def kept(ruling: Ruling) -> dict[str, Any]:
    """Return the rules as a row keeps them."""
    return asdict(ruling)


def read(row: Mapping[str, Any]) -> Ruling:
    """Return the rules that a row keeps."""
    thresholds = (
        Threshold(
            **one | {"of_all": Share(*one["of_all"]), "of_each_constituency": Share(*one["of_each_constituency"])}
        )
        for one in row["thresholds"]
    )
    shares = {name: Share(*row[name]) for name in ("quorum", "override")}
    return Ruling(**{**row, **shares, "thresholds": tuple(thresholds)})


def _counts(ruling: Ruling) -> Iterator[tuple[str, int, int]]:
    yield "quorum_of_each_constituency", ruling.quorum_of_each_constituency, _MOST_OF_EACH
    yield "notice_hours", ruling.notice_hours, _MOST_HOURS
    for one in ruling.thresholds:
        yield "thresholds.yes_of_each_constituency", one.yes_of_each_constituency, _MOST_OF_EACH


def _shares(ruling: Ruling) -> Iterator[tuple[str, Share, bool]]:
    """Give each share, and whether more than it is asked, so that it cannot be the whole."""
    yield "quorum", ruling.quorum, True
    yield "override", ruling.override, False
    for one in ruling.thresholds:
        yield "thresholds.of_all", one.of_all, False
        yield "thresholds.of_each_constituency", one.of_each_constituency, True


def _check_share(field: str, share: Share, *, below: bool) -> None:
    if share == NONE:
        return
    part, whole = share
    fits = 0 < whole <= _MOST and (0 <= part < whole if below else 0 < part <= whole)
    if not fits:
        rule = "must be a share below the whole" if below else "must be a share, at most the whole"
        raise InvalidField(field, f"{part}/{whole}", f"{rule}, such as 1/2, of numbers up to {_MOST:,}; or 0/0")
