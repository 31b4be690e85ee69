"""What is said of letters that rule, and of what they do to one another."""

from datetime import date

from cadre.notification.v1 import register_service_pb2 as pb
from citations import Key, printed
from gateway.words import sentences

_DOES = {
    pb.SUPERSEDES: "supersedes",
    pb.RESCINDS: "rescinds",
    pb.CORRECTS: "corrects",
    pb.CLARIFIES: "clarifies",
    pb.IMPLEMENTS: "implements",
    pb.CITES: "cites",
}


def title(letter: pb.Ruling | pb.ChainLetter) -> str:
    """`CSSP 26-04`."""
    return f"{letter.series} {letter.number}"


def does(kind: pb.LinkKind.ValueType) -> str:
    """What a letter does to another one, or to a rule: `clarifies`."""
    return _DOES[kind]


def ends(kind: pb.LinkKind.ValueType) -> bool:
    """Whether what it does ends another letter, altogether or in part."""
    return kind in (pb.SUPERSEDES, pb.RESCINDS)


def rule(named: pb.NamedRule) -> str:
    """`clarifies 45 CFR 303.11(b)`; what is cited stands by itself."""
    cited = printed(Key.of(named.rule))
    return cited if named.kind in (pb.CITES, pb.LINK_KIND_UNSPECIFIED) else f"{does(named.kind)} {cited}"


def since(letter: pb.Ruling | pb.ChainLetter, today: date) -> str:
    """`Dec 20, 1996`; of a letter from before that prints no day, what it prints: `1996`."""
    day = sentences.as_date(letter.since)
    if day is None:
        return ""
    if letter.exact == pb.Ruling.YEAR:
        return str(day.year)
    return f"{day:%B %Y}" if letter.exact == pb.Ruling.MONTH else sentences.short_day(day, today)


def read_as(letter: pb.Ruling, today: date) -> str:
    """Say how a month or a year alone is read; '' where a day is printed."""
    if letter.exact == pb.Ruling.DAY:
        return ""
    return f"no day is printed: read as {sentences.short_day(letter.since, today)}"


def parts(letter: pb.Ruling, on: str, today: date) -> list[str]:
    """`Section 4 from Jan 1, 2027`, `Section 2 since Oct 1`: parts that come later than the rest, seen *on* a day."""
    days = ((one, sentences.short_day(one.effective_date, today)) for one in letter.section_dates)
    return [f"{one.section} {'from' if one.effective_date > on else 'since'} {day}" for one, day in days]


def topics(text: str) -> list[str]:
    """Return the topics of a letter, each for itself, as they are asked for."""
    apart = (" ".join(one.split()) for one in text.replace(";", ",").split(","))
    return [one for one in apart if one]
