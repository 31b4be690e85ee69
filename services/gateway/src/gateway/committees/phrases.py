"""Committees and their meetings in words."""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from cadre.partnership.v1 import body_service_pb2 as body_pb
from cadre.partnership.v1 import membership_service_pb2 as membership_pb
from gateway.words import sentences

KINDS: Mapping[str, str] = {
    "COMMITTEE": "Committee",
    "PARTNERSHIP": "Partnership",
    "PEER_GROUP": "Group of agencies alike",
    "WORK_GROUP": "Work group",
    "WORKSHOP": "Workshop",
}
VISIBILITIES: Mapping[str, str] = {
    "EVERYONE": "Everyone who signs in",
    "MEMBERS": "Its members, and who calls committees together",
}
PARTS: Mapping[str, str] = {
    "MEMBER": "Member",
    "ALTERNATE": "Alternate",
    "CHAIR": "Chair",
    "DEPUTY": "Deputy chair",
    "SECRETARY": "Secretary",
    "OBSERVER": "Observer",
}
# Who holds one of these runs the meetings.
RUNS = ("CHAIR", "DEPUTY", "SECRETARY")
CLASSES: Mapping[str, str] = {
    "MAJOR": "Large decisions",
    "MINOR": "Small decisions",
    "EDITORIAL": "Changes of wording",
}
# Up to so many hours are said in hours, not in days.
_HOURS_SAID = 48
# Who set the numbers, where no public source has them.
OURS = "These numbers are ours: no public source gives them."


def hours(number: int) -> str:
    """`5 hours`, `8 days`."""
    return sentences.count(number // 24, "day") if number > _HOURS_SAID else sentences.count(number, "hour")


# ---- what things are ----


def kind(committee: body_pb.Body | body_pb.BodySummary) -> str:
    """`Committee`."""
    return KINDS.get(body_pb.Body.Kind.Name(committee.kind), "Committee")


def part(membership: membership_pb.Membership) -> str:
    """`Member`."""
    return PARTS.get(membership_pb.Membership.Part.Name(membership.part), "")


def parts(names: Iterable[str]) -> str:
    """`Chair and member`, of the names that the contract has."""
    said = [PARTS.get(name, name) for name in names]
    return sentences.listed([*said[:1], *(one[:1].lower() + one[1:] for one in said[1:])])


def seats(committee: body_pb.BodySummary) -> str:
    """`9 of 11 seats filled`."""
    if not committee.seats:
        return sentences.count(committee.people, "person", "people")
    return f"{committee.filled} of {sentences.count(committee.seats, 'seat')} filled"


# ---- rules ----


def share(given: body_pb.Fraction) -> str:
    """`two thirds`; `2/7` of a share that has no name."""
    if not given.denominator:
        return ""
    names = {
        Fraction(1): "all",
        Fraction(1, 2): "half",
        Fraction(2, 3): "two thirds",
        Fraction(3, 4): "three quarters",
        Fraction(1, 3): "a third",
        Fraction(1, 4): "a quarter",
    }
    return names.get(Fraction(given.numerator, given.denominator), f"{given.numerator}/{given.denominator}")


def is_ours(committee: body_pb.Body) -> bool:
    """Whether its numbers are ours, and no public source's."""
    return committee.source.casefold().startswith("ours")


def rules(given: body_pb.BodyRules) -> list[str]:
    """Say by which rules a committee decides, a sentence each."""
    said = [_quorum(given)]
    said += [_threshold(one) for one in given.thresholds]
    if given.override.denominator:
        said.append(
            f"An objection holds a vote until it is settled, or until {share(given.override)} of those without a"
            " conflict override it and say why."
        )
    said.append(
        f"A meeting is called at least {hours(given.notice_hours)} before it begins."
        if given.notice_hours
        else "A meeting may be called at any time before it begins."
    )
    said.append("Members may vote between meetings." if given.written_votes else "Votes are taken at meetings alone.")
    if given.conflict_text:
        said.append(f"Who has a conflict: {given.conflict_text}")
    return [one for one in said if one]


def _quorum(given: body_pb.BodyRules) -> str:
    each = given.quorum_of_each_constituency
    of_each = f"at least {_number(each)} of each constituency" if each else ""
    if not given.quorum.denominator:
        return f"At every meeting {of_each} must be there." if of_each else "No number has to be there."
    return f"More than {share(given.quorum)} of the filled seats must be there{f', and {of_each}' if of_each else ''}."


def _threshold(given: body_pb.Threshold) -> str:
    what = {"MAJOR": "A large decision", "MINOR": "A small decision", "EDITORIAL": "A change of wording"}
    needs = []
    if given.of_all.denominator:
        needs.append(f"{share(given.of_all)} of those for and against")
    if given.of_each_constituency.denominator:
        needs.append(f"more than {share(given.of_each_constituency)} in each constituency")
    if given.yes_of_each_constituency:
        needs.append(f"at least {_number(given.yes_of_each_constituency)} yes from each constituency")
    if not needs:
        return ""
    return f"{what.get(given.decision_class, given.decision_class)} needs {sentences.listed(needs)}."


def _number(number: int) -> str:
    names = ("none", "one", "two", "three", "four", "five")
    return names[number] if number < len(names) else str(number)
