"""Audience expressions: what they mean, when they are sound, and what they say as a sentence.

An expression is matched against *posts*: a person's current job at one agency. A post is in the audience if some
clause of *include* matches it and no clause of *exclude* does. So somebody with jobs at two agencies, one of which is
excluded, is in for the other: nobody is left out in silence. `directory.membership` says the same in SQL, for everybody
at once; a test holds the two together.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields

from directory.rules import roles as role_rules
from servicekit.refusals import InvalidField

MOST_CLAUSES = 50
MOST_VALUES = 5_000
_MOST_NAMED = 3
_MANY_AGENCIES = 2


@dataclass(frozen=True)
class Clause:
    """Conditions that hold together; within one kind any value will do; an empty kind does not restrict.

    Agencies and regions are one kind, the place; without either: every local agency, but not the state's. With
    *recorded_units_only* whoever has no unit recorded is not in *units*.
    """

    agencies: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    job_classes: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    recorded_units_only: bool = False


# Agency → the units that it asks beside those whom an expression is for.
Additions = Mapping[str, Collection[str]]
_NOTHING: Additions = {}
# What restricts by values.
KINDS = tuple(one.name for one in fields(Clause) if one.name != "recorded_units_only")


@dataclass(frozen=True)
class Expression:
    """Everybody whom some clause of *include* matches and no clause of *exclude*."""

    include: tuple[Clause, ...]
    exclude: tuple[Clause, ...] = ()


@dataclass(frozen=True)
class Post:
    """A person's current job at an agency, with the roles that count there."""

    person: str
    agency: str
    region: str
    local: bool
    job_class: str
    units: tuple[str, ...] = ()
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Vocabulary:
    """What the values of an expression may be, each with its title."""

    agencies: Mapping[str, str] = field(default_factory=dict)
    regions: frozenset[str] = frozenset()
    job_classes: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    local_agencies: int = 0


def normalise(expression: Expression) -> Expression:
    """Return *expression* with sorted, distinct values and clauses: equal ones become the same.

    Only an including clause that names units can leave out those without one.
    """

    def tidy(clauses: Iterable[Clause], *, including: bool) -> tuple[Clause, ...]:
        tidied = {
            Clause(
                **{kind: tuple(sorted(set(getattr(clause, kind)))) for kind in KINDS},
                recorded_units_only=including and bool(clause.units) and clause.recorded_units_only,
            )
            for clause in clauses
        }
        return tuple(sorted(tidied, key=lambda clause: [getattr(clause, each.name) for each in fields(Clause)]))

    return Expression(tidy(expression.include, including=True), tidy(expression.exclude, including=False))


def check(expression: Expression, known: Vocabulary) -> None:
    """Refuse an expression that can match nobody by its form, would exclude everybody, or names what does not exist."""
    path = "expression"
    if not expression.include:
        raise InvalidField(f"{path}.include", "", "must hold at least one clause")
    if Clause() in expression.exclude:
        raise InvalidField(f"{path}.exclude", "", "must restrict something: an empty clause would leave out everybody")
    for side, clauses in (("include", expression.include), ("exclude", expression.exclude)):
        if len(clauses) > MOST_CLAUSES:
            raise InvalidField(f"{path}.{side}", len(clauses), f"must hold at most {MOST_CLAUSES} clauses")
        for clause in clauses:
            _check_clause(f"{path}.{side}", clause, known)


def matches(clause: Clause, post: Post, *, excluding: bool = False) -> bool:
    """Whether *clause* holds for *post*.

    A post without a recorded unit matches any unit of an including clause and none of an excluding one: missing data
    never keeps anybody from being told, unless the clause says so.
    """
    placed = (
        post.agency in clause.agencies or post.region in clause.regions
        if clause.agencies or clause.regions
        else post.local
    )
    counts_as_any = not excluding and not clause.recorded_units_only
    return (
        placed
        and (not clause.job_classes or post.job_class in clause.job_classes)
        and (not clause.units or bool(set(clause.units) & set(post.units)) or (not post.units and counts_as_any))
        and (not clause.roles or bool(set(clause.roles) & post.roles))
        and (not clause.people or post.person in clause.people)
    )


def member(expression: Expression, post: Post) -> bool:
    """Whether the expression is for *post*."""
    return any(matches(clause, post) for clause in expression.include) and not any(
        matches(clause, post, excluding=True) for clause in expression.exclude
    )


def local(expression: Expression, post: Post, added: Additions) -> bool:
    """Whether *post* is in the audience by the word of its agency alone, which asks units of its own too."""
    return not member(expression, post) and bool(set(added.get(post.agency, ())) & set(post.units))


def sentence(expression: Expression, known: Vocabulary) -> str:
    """Return who an expression is for, in the words of the pages: `Everyone at all 47 agencies`."""
    text = "; and ".join(_clause_text(clause, known) for clause in expression.include)
    if expression.exclude:
        text += ", except " + "; and ".join(_clause_text(clause, known) for clause in expression.exclude)
    return text[0].upper() + text[1:]


def explain(
    expression: Expression, posts: Iterable[Post], known: Vocabulary, added: Additions = _NOTHING, *, own: bool
) -> list[str]:
    """Return a sentence for each of a person's posts: why it is in the audience or not; *own* = said to that person."""
    works = "You work" if own else "Works"
    reasons = []
    for post in posts:
        place = f"{works} at {known.agencies.get(post.agency, post.agency)}"
        including = next((clause for clause in expression.include if matches(clause, post)), None)
        excluding = next((clause for clause in expression.exclude if matches(clause, post, excluding=True)), None)
        if local(expression, post, added):
            asked = sorted(known.units.get(unit, unit) for unit in set(added[post.agency]) & set(post.units))
            reasons.append(f"{place}, in {_joined(asked)}; the agency asks its people there too.")
        elif including is None:
            reasons.append(f"{place}; this is for {_lower(sentence(expression, known))}.")
        elif excluding is not None:
            reasons.append(f"{place}; this leaves out {_clause_text(excluding, known)}.")
        else:
            reason = f"{place}; this is for {_clause_text(including, known)}."
            if including.units and not post.units:
                reason += " No work unit is recorded there, so it is for any unit."
            reasons.append(reason)
    if not reasons:
        reasons.append("You have no job at an agency today." if own else "Has no job at an agency today.")
    return reasons


def _check_clause(path: str, clause: Clause, known: Vocabulary) -> None:
    allowed: dict[str, Iterable[str] | None] = {
        "agencies": known.agencies,
        "regions": known.regions,
        "job_classes": known.job_classes,
        "units": known.units,
        "roles": role_rules.TITLES,
        "people": None,
    }
    for kind, values in allowed.items():
        given = getattr(clause, kind)
        if len(given) > MOST_VALUES:
            raise InvalidField(f"{path}.{kind}", len(given), f"must hold at most {MOST_VALUES} values")
        if values is not None and (unknown := sorted(set(given) - set(values))):
            raise InvalidField(f"{path}.{kind}", unknown[0], "does not exist")


def _clause_text(clause: Clause, known: Vocabulary) -> str:
    who = _joined([known.job_classes.get(slug, slug) for slug in clause.job_classes]) or "everyone"
    parts = [who]
    if clause.roles:
        titles = [role_rules.TITLES[role][1] for role in clause.roles]
        parts = [_joined(titles)] if who == "everyone" else [who, f"who are {_joined(titles)}"]
    if clause.people:
        people = f"{len(clause.people)} {'person' if len(clause.people) == 1 else 'people'} chosen by name"
        parts = [people] if parts == ["everyone"] else [people, "among", *parts]
    if clause.units:
        units = _joined([known.units.get(slug, slug) for slug in clause.units])
        parts.append(f"recorded in {units}" if clause.recorded_units_only else f"in {units}")
    parts.append(_place(clause, known))
    return " ".join(parts)


def _place(clause: Clause, known: Vocabulary) -> str:
    agencies = sorted(known.agencies.get(slug, slug) for slug in clause.agencies)
    if len(agencies) > _MOST_NAMED:
        rest = len(agencies) - _MANY_AGENCIES
        agencies = [*agencies[:_MANY_AGENCIES], f"{rest} more agencies"]
    places = [*agencies, *(f"the agencies of {region}" for region in clause.regions)]
    return f"at {_joined(places)}" if places else f"at all {known.local_agencies} agencies"


def _joined(words: list[str]) -> str:
    *most, last = words or [""]
    return f"{', '.join(most)} and {last}" if most else last


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]
