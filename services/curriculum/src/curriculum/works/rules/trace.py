"""What a course is to teach: objectives, tasks of the work, and the links between them; and what is missing."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum

import citations
from curriculum.governance.rules.saying import check_text
from servicekit import text
from servicekit.refusals import InvalidField

_MOST, _MOST_LINKS, _LONGEST, _LONGEST_TEXT = 200, 100, 300, 4_000
_MOST_PLANNED, _SCALE = 500, range(6)
# By its lasting id, or by its number in a version of the test.
_LASTING = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ITEM = re.compile(rf"tests/[a-z0-9]+(?:-[a-z0-9]+)*/items/(?:[1-9][0-9]{{0,8}}|{_LASTING})")


class Measure(StrEnum):
    """Why a task is taught: one of the federal incentive measures, medical support, or a duty by law."""

    PATERNITY = "PATERNITY"
    ORDERS = "ORDERS"
    CURRENT_SUPPORT = "CURRENT_SUPPORT"
    ARREARS = "ARREARS"
    COST_EFFECTIVENESS = "COST_EFFECTIVENESS"
    MEDICAL_SUPPORT = "MEDICAL_SUPPORT"
    LEGAL_DUTY = "LEGAL_DUTY"


@dataclass(frozen=True)
class Objective:
    """What a worker can do afterwards: the same one from version to version, by its id."""

    id: str
    condition: str = ""
    behavior: str = ""
    standard: str = ""
    tasks: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    planned_items: int = 0

    @property
    def complete(self) -> bool:
        """Whether it says what is there, what they do, and how well."""
        return all(text.line(part) for part in (self.condition, self.behavior, self.standard))

    @property
    def said(self) -> tuple[str, ...]:
        """What makes it another one."""
        return (self.id, self.condition, self.behavior, self.standard)


@dataclass(frozen=True)
class Task:
    """A task of the work, and why it counts."""

    id: str
    title: str
    job_classes: tuple[str, ...] = ()
    frequency: int = 0
    criticality: int = 0
    difficulty: int = 0
    measure: str = ""
    duty: str = ""

    @property
    def counts(self) -> bool:
        """Whether it serves a measure, or a duty that is named."""
        return is_measured(self.measure, self.duty)


@dataclass(frozen=True)
class Asked:
    """The version of a test that ends a course: which test, and by number the ids of its questions; None = not told."""

    test: str = ""
    items: Sequence[str] | None = None

    def has(self, link: str) -> bool:
        """Whether a link leads to one of its questions; as long as nobody told which it has, to the test."""
        _, test, _, key = link.split("/")
        if test != self.test or self.items is None:
            return test == self.test
        return int(key) <= len(self.items) if key.isdecimal() else key in self.items

    def lasting(self, link: str) -> str:
        """Return a link by number as one by id; any other, and one beyond the last question, as it is."""
        _, test, _, key = link.split("/")
        if test != self.test or self.items is None or not key.isdecimal() or int(key) > len(self.items):
            return link
        return f"tests/{test}/items/{self.items[int(key) - 1]}"


@dataclass(frozen=True)
class Trace:
    """All of it, of a course."""

    objectives: tuple[Objective, ...] = ()
    tasks: tuple[Task, ...] = ()


class GapKind(StrEnum):
    """What is missing."""

    OBJECTIVE_INCOMPLETE = "OBJECTIVE_INCOMPLETE"
    OBJECTIVE_WITHOUT_TASK = "OBJECTIVE_WITHOUT_TASK"
    OBJECTIVE_WITHOUT_SECTION = "OBJECTIVE_WITHOUT_SECTION"
    OBJECTIVE_WITHOUT_QUESTION = "OBJECTIVE_WITHOUT_QUESTION"
    TASK_WITHOUT_MEASURE = "TASK_WITHOUT_MEASURE"
    TASK_WITHOUT_OBJECTIVE = "TASK_WITHOUT_OBJECTIVE"
    LINK_BROKEN = "LINK_BROKEN"


@dataclass(frozen=True)
class Gap:
    """Something is missing in the objective or task *id*, or a link of it leads to *what*, which is there no more."""

    kind: GapKind
    id: str
    what: str = ""


def is_measured(measure: str, duty: str) -> bool:
    """Whether a measure is named, and of a duty by law which."""
    return bool(measure) and (measure != Measure.LEGAL_DUTY or bool(duty))


def duty_of(said: str, *, field: str) -> str:
    """Return the key of the rule that somebody typed; '' for none."""
    if not said.strip():
        return ""
    try:
        return str(citations.read(said))
    except ValueError:
        raise InvalidField(field, said, "must name one rule, such as 45 CFR 303.11 or us/cfr/45/303/11") from None


def by_lasting_ids(trace: Trace, asked: Asked) -> Trace:
    """Return *trace* with links to questions by id where they are by number: of the version that is *asked*."""

    def links(one: Objective) -> tuple[str, ...]:
        return tuple(dict.fromkeys(map(asked.lasting, one.items)))

    return replace(trace, objectives=tuple(replace(one, items=links(one)) for one in trace.objectives))


def gaps(trace: Trace, sections: Collection[str], asked: Asked) -> list[Gap]:
    """Return what is missing, objectives first; *sections* are the titles in the course, *asked* what its test asks."""
    served = {task for objective in trace.objectives for task in objective.tasks}
    found = [gap for objective in trace.objectives for gap in _of_objective(objective, set(sections), asked)]
    for task in trace.tasks:
        found += [Gap(GapKind.TASK_WITHOUT_MEASURE, task.id)] if not task.counts else []
        found += [Gap(GapKind.TASK_WITHOUT_OBJECTIVE, task.id)] if task.id not in served else []
    return found


def _of_objective(one: Objective, sections: Collection[str], asked: Asked) -> Iterator[Gap]:
    lacks = {
        GapKind.OBJECTIVE_INCOMPLETE: not one.complete,
        GapKind.OBJECTIVE_WITHOUT_TASK: not one.tasks,
        GapKind.OBJECTIVE_WITHOUT_SECTION: not one.sections,
        GapKind.OBJECTIVE_WITHOUT_QUESTION: not one.items and not one.planned_items,
    }
    yield from (Gap(kind, one.id) for kind, lacking in lacks.items() if lacking)
    yield from (Gap(GapKind.LINK_BROKEN, one.id, title) for title in one.sections if title not in sections)
    yield from (Gap(GapKind.LINK_BROKEN, one.id, item) for item in one.items if not asked.has(item))


def check(trace: Trace) -> None:
    """Refuse what a trace may not hold."""
    for field, many in (("trace.objectives", trace.objectives), ("trace.tasks", trace.tasks)):
        if len(many) > _MOST:
            raise InvalidField(field, len(many), f"must be at most {_MOST}")
        ids = [one.id for one in many]
        if len(set(ids)) < len(ids):
            raise InvalidField(field, ids, "must have each id once")
    tasks = {one.id for one in trace.tasks}
    for n, objective in enumerate(trace.objectives):
        _check_objective(objective, tasks, field=f"trace.objectives[{n}]")
    for n, task in enumerate(trace.tasks):
        _check_task(task, field=f"trace.tasks[{n}]")


def _check_objective(one: Objective, tasks: Collection[str], *, field: str) -> None:
    _check_texts(one, field=field)
    for part in ("tasks", "sections", "items"):
        links = getattr(one, part)
        if len(links) > _MOST_LINKS or len(set(links)) < len(links):
            raise InvalidField(f"{field}.{part}", len(links), f"must be at most {_MOST_LINKS}, each once")
    if strange := [task for task in one.tasks if task not in tasks]:
        raise InvalidField(f"{field}.tasks", strange[0], "must be the id of a task of this trace")
    if wrong := [item for item in one.items if not _ITEM.fullmatch(item)]:
        raise InvalidField(f"{field}.items", wrong[0], "must have the form tests/{test}/items/{item}")
    if not 0 <= one.planned_items <= _MOST_PLANNED:
        raise InvalidField(f"{field}.planned_items", one.planned_items, f"must be from 0 to {_MOST_PLANNED}")


def _check_task(one: Task, *, field: str) -> None:
    _check_texts(one, field=field)
    if not text.line(one.title):
        raise InvalidField(f"{field}.title", one.title, "must be given")
    if len(one.job_classes) > _MOST_LINKS:
        raise InvalidField(f"{field}.job_classes", len(one.job_classes), f"must be at most {_MOST_LINKS}")
    for part in ("frequency", "criticality", "difficulty"):
        if getattr(one, part) not in _SCALE:
            raise InvalidField(f"{field}.{part}", getattr(one, part), "must be from 1 to 5, or 0 while it is not known")
    if one.duty and one.measure != Measure.LEGAL_DUTY:
        raise InvalidField(f"{field}.duty", one.duty, "must be empty but for a legal duty")


def _check_texts(one: Objective | Task, *, field: str) -> None:
    for part in fields(one):
        value = getattr(one, part.name)
        for said in [value] if isinstance(value, str) else value if isinstance(value, tuple) else []:
            most = _LONGEST_TEXT if part.name in {"condition", "behavior", "standard"} else _LONGEST
            check_text(f"{field}.{part.name}", said, most=most)
