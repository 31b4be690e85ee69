"""Measures finding letters among very many: which of them ruled on a day, and which are found by words."""

import random
import time
from datetime import date, timedelta

from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import register_service_pb2 as register_pb
from cadre_cli import past_letters
from cadre_cli.past_letters import PastLetter
from cadre_tools.bench.figures import Delays, Finding
from cadre_tools.bench.stage import Stage, WrongResultError

FIRST_YEAR = 1990
_YEARS = 36
_SERIES = ("CSSP", "CSSI", "ACL", "ACIN")
_SEED = 1990
_WARMING = 5
_PAGE = 25
_SUPERSEDED_BEFORE = 10
_TOPICS = ("intake", "establishment", "enforcement", "distribution", "closure", "systems", "medical support", "locate")
_THINGS = (
    "income withholding",
    "genetic testing",
    "license suspension",
    "foster care arrears",
    "case closure",
    "passport",
)
_DEEDS = ("new forms for", "changed limits of", "new codes for", "questions on", "a correction to", "fewer steps of")
_LAWS = ("45 CFR 303.{}", "Fam. Code § 17{}", "22 CCR § 11{}")


def measure(stage: Stage, letters: int, count: int) -> Finding:
    """Bring so many synthetic letters in, then ask *count* times each for a day, and for words of different kinds.

    Raises:
        WrongResultError: not all came in, nothing ruled on a day, or words that stand in a letter found nothing.
    """
    made = synthetic(letters)
    changed = past_letters.load(stage.access, made)
    if changed != letters:
        raise WrongResultError(f"{changed} of {letters} letters came in")
    stage.await_quiet()
    chance = random.Random(_SEED)  # noqa: S311 - which day is asked for decides nothing
    register = [_day(stage, chance) for _ in range(_WARMING + count)]
    searched = [_words(stage, one) for one in chance.choices(made, k=_WARMING + count)]
    return Finding(letters, Delays.of(register[_WARMING:]), Delays.of(searched[_WARMING:]))


def synthetic(letters: int) -> list[PastLetter]:
    """Return letters of all years since 1990, every tenth of which supersedes the one ten before it in its series."""
    chance, made, of_year = random.Random(_SEED), list[PastLetter](), -(-letters // (_YEARS * len(_SERIES)))  # noqa: S311 - as above
    for place in range(letters):
        series, rest = _SERIES[place % len(_SERIES)], place // len(_SERIES)
        year, number = FIRST_YEAR + rest // of_year, rest % of_year + 1
        issued = date(year, 1, 1) + timedelta(days=(number * 360) // (of_year + 1))
        law = chance.choice(_LAWS).format(number % 90 + 10)
        made.append(
            PastLetter(
                series=series,
                number=_number(year, number),
                issuer="Nobody: synthetic",
                date=issued.isoformat(),
                subject=f"Synthetic: {chance.choice(_DEEDS)} {chance.choice(_THINGS)}, file {place}",
                effective=(issued + timedelta(days=chance.randrange(90))).isoformat(),
                staff_action=" ".join(5 * [f"Read it, and use {law} from that day on."]),
                topic=chance.choice(_TOPICS),
                supersedes=_superseded(series, year, number),
                references=law,
                source="None: made to be measured",
            )
        )
    return made


def _superseded(series: str, year: int, number: int) -> str:
    before, rest = divmod(number, _SUPERSEDED_BEFORE)
    return f"{series} {_number(year, number - _SUPERSEDED_BEFORE)}" if before > 1 and not rest else ""


def _number(year: int, number: int) -> str:
    return f"{year % 100:02}-{number:02}"


def _day(stage: Stage, chance: random.Random) -> float:
    """Ask what ruled on a day, by turns of everything, of a topic, and of a law."""
    on = date(FIRST_YEAR + 1, 1, 1) + timedelta(days=chance.randrange(365 * (_YEARS - 2)))
    asked = register_pb.ListInForceRequest(on=on.isoformat(), page_size=_PAGE)
    narrowed = chance.choice(("", "topic", "law"))
    if narrowed == "topic":
        asked.topic = chance.choice(_TOPICS)
    elif narrowed == "law":
        asked.rule = f"45 CFR 303.{chance.randrange(10, 100)}"
    started = time.perf_counter()
    answer = stage.access.ask(stage.access.register.ListInForce, asked, person=stage.analyst)
    seconds = time.perf_counter() - started
    if not answer.letters and not narrowed:
        raise WrongResultError(f"Nothing ruled on {on}")
    return seconds


def _words(stage: Stage, letter: PastLetter) -> float:
    """Look for a letter by what stands in it: its number, two common words, a citation, or what it alone has."""
    place = int(letter.subject.rpartition(" ")[2])
    kinds = (
        f"{letter.series} {letter.number}",
        " ".join(letter.subject.split(",")[0].split()[-2:]),
        letter.references,
        f"file {place}",
    )
    asked = notice_pb.SearchNoticesRequest(query=kinds[place % len(kinds)], page_size=_PAGE)
    started = time.perf_counter()
    answer = stage.access.ask(stage.access.notices.SearchNotices, asked, person=stage.analyst)
    seconds = time.perf_counter() - started
    if not answer.notices:
        raise WrongResultError(f"{asked.query!r} finds nothing, and stands in {letter.series} {letter.number}")
    return seconds
