"""The letter that change items make: its words are theirs, in the order of its parts."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from notification.letters.rules.letter import TEXTS, Asks, Letter
from notification.releases.rules.items import Item, Training
from notification.releases.rules.releases import Said
from servicekit.refusals import InvalidField

SERIES = "CCSAS"
_ASKS = {
    Training.NONE: Asks.NOTHING,
    Training.READ: Asks.READ,
    Training.CONFIRM: Asks.CONFIRM,
    Training.TRAIN: Asks.TRAIN,
}
_ORDER = tuple(Training)


def letter(said: Said, chosen: Sequence[Item], audience: UUID | None) -> Letter:
    """Return the draft: what changes, before and after, what to do, until when; in force when the release is.

    Refused where the items say more than a letter has room for: they are several letters then.
    """
    if not chosen:
        raise InvalidField("items", "", "must be at least one item")
    drafted = Letter(
        kind="OUTAGE" if said.kind == "OUTAGE" else "RELEASE",
        series=SERIES,
        addressees="ALL IV-D DIRECTORS",
        subject=_subject(said, chosen),
        topic=", ".join(dict.fromkeys(one.area for one in chosen))[: TEXTS["topic"].most],
        change=_change(said, chosen),
        reason="OWN_INITIATIVE",
        references=f"{said.number}, change {_items(chosen)}",
        contact=said.contact,
        before=_each(chosen, "before"),
        after=_each(chosen, "after"),
        staff_action=_to_do(chosen),
        until_then=_until_then(chosen),
        body=_body(said, chosen),
        effective_date=said.production_on,
        audience_id=audience,
        asks=_ASKS[max((Training(one.training) for one in chosen), key=_ORDER.index)],
        demonstration=said.demonstration,
    )
    for name, most in TEXTS.items():
        length = len(getattr(drafted, name))
        if length > most.most:
            raise InvalidField(
                "items", len(chosen), f"are too many for one letter: {name} would have {length:,} letters"
            )
    return drafted


def _subject(said: Said, chosen: Sequence[Item]) -> str:
    if len(chosen) == 1:
        return f"{said.number}: {chosen[0].title}"
    areas = list(dict.fromkeys(one.area for one in chosen))
    return f"{said.number}: {len(chosen)} changes in {_and(areas)}"[: TEXTS["subject"].most]


def _change(said: Said, chosen: Sequence[Item]) -> str:
    if len(chosen) == 1:
        return f"{_sentence(chosen[0].title)} This comes with {said.number}."
    listed = "\n".join(f"- {one.title} ({one.item_id})" for one in chosen)
    return f"{said.number} brings {len(chosen)} changes:\n\n{listed}"


def _to_do(chosen: Sequence[Item]) -> str:
    """Say what staff do: leave workarounds, follow other pages of procedures; what training asks stands elsewhere."""
    lines = [
        f"- Stop using the workaround{_of(one, chosen)}: {_flat(one.workaround)}" for one in chosen if one.workaround
    ]
    lines += [
        f"- Follow the changed procedures{_of(one, chosen)}: {_flat(one.procedures)}"
        for one in chosen
        if one.procedures
    ]
    return "\n".join(lines)


def _until_then(chosen: Sequence[Item]) -> str:
    return "\n".join(
        f"- Keep to the workaround{_of(one, chosen)}"
        f"{f' until {_day(one.workaround_ends)}' if one.workaround_ends else ''}: {_flat(one.workaround)}"
        for one in chosen
        if one.workaround
    )


def _body(said: Said, chosen: Sequence[Item]) -> str:
    parts = [said.summary] if said.summary else []
    for one in chosen:
        lines = [f"{one.item_id}, {one.title}"]
        lines.append(f"- Area: {one.area}{f', {one.page}' if one.page else ''}")
        lines += [f"- Reason: {_flat(one.reason)}"] if one.reason else []
        lines += [f"- Known issues: {_flat(one.known_issues)}"] if one.known_issues else []
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _each(chosen: Sequence[Item], name: str) -> str:
    """Return what the items say of one thing; of several each with its page and id."""
    if len(chosen) == 1:
        return str(getattr(chosen[0], name))
    return "\n".join(
        f"- {one.page or one.title} ({one.item_id}): {_flat(getattr(one, name))}"
        for one in chosen
        if getattr(one, name)
    )


def _of(one: Item, chosen: Sequence[Item]) -> str:
    return "" if len(chosen) == 1 else f" of {one.item_id}"


def _items(chosen: Sequence[Item]) -> str:
    ids = [one.item_id for one in chosen]
    return f"item{'' if len(ids) == 1 else 's'} {_and(ids)}"


def _and(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _sentence(said: str) -> str:
    return said if said.endswith((".", "!", "?")) else f"{said}."


def _flat(said: str) -> str:
    return " ".join(said.split())


def _day(day: date) -> str:
    return f"{day:%A, %B} {day.day}, {day.year}"
