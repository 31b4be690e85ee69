"""What messages of meetings and places in committees say. What is said in a meeting is for those who come."""

from collections.abc import Callable, Mapping

from notification.messages.rules.words import Facts, Said, day, moment


def _meeting_called(about: str, facts: Facts) -> Said:
    lines = (
        f"It begins {moment(facts['start'])}.",
        "Please say on its page whether you come. There is a file for your calendar, too.",
    )
    return Said(f"A meeting is called: {_meeting(facts)}", lines, _committee(about), "Read the agenda")


def _meeting_moved(about: str, facts: Facts) -> Said:
    lines = (
        f"It begins {moment(facts['start'])}.",
        "The page says where, and how to join. Its file for your calendar moves it there.",
    )
    return Said(f"Another time or place: {_meeting(facts)}", lines, _committee(about), "See when and where")


def _meeting_cancelled(about: str, facts: Facts) -> Said:
    lines = (
        f"It was to begin {moment(facts['start'])}.",
        "The page says why it does not take place. Its file for your calendar takes it out there.",
    )
    return Said(f"Canceled: {_meeting(facts)}", lines, _committee(about), "See why")


def _meeting_alternate(about: str, facts: Facts) -> Said:
    lines = (
        "The member for whom you stand cannot come. Please come in their place.",
        f"It begins {moment(facts['start'])}.",
    )
    return Said(f"You are asked to come: {_meeting(facts)}", lines, _committee(about), "Say whether you come")


def _notes_out(about: str, facts: Facts) -> Said:
    lines = (f"It was on {moment(facts['start'])}.",)
    return Said(f"The notes are out: {_meeting(facts)}", lines, _committee(about), "Read the notes")


def _action_given(about: str, facts: Facts) -> Said:
    what = facts["what"] if facts["what"].endswith((".", "?", "!")) else f"{facts['what']}."
    lines = (what, f"Please be done by {day(facts['due'])}.")
    page = _committee(about).partition("/actions/")[0]
    return Said(f"{facts['body']} gave you something to do", lines, page, "Open the committee")


def _seat_vacant(about: str, facts: Facts) -> Said:
    had = {"CHAIR": "The chair", "DEPUTY": "The deputy chair", "SECRETARY": "The secretary"}
    seat = f" of the seat {facts['seat']}" if facts.get("seat") else ""
    who = had.get(facts["part"]) or f"{'The alternate' if facts['part'] == 'ALTERNATE' else 'The member'}{seat}"
    lines = (
        f"{who} left the agency for which they were there. Their place is free since {day(facts['since'])}.",
        "Please see who follows. What they did until then stays on record.",
    )
    return Said(f"A place is free: {facts['body']}", lines, _committee(about), "See who sits there")


def _meeting(facts: Facts) -> str:
    return f"{facts['meeting']}, {facts['body']}"


def _committee(about: str) -> str:
    """Return the page of what is in a committee, `bodies/stsc/meetings/…`."""
    return f"/committees/{about.removeprefix('bodies/')}"


MEETINGS: Mapping[str, Callable[[str, Facts], Said]] = {
    "meeting.called": _meeting_called,
    "meeting.moved": _meeting_moved,
    "meeting.cancelled": _meeting_cancelled,
    "meeting.alternate": _meeting_alternate,
    "meeting.notes_out": _notes_out,
    "meeting.action_given": _action_given,
    "seat.vacant": _seat_vacant,
}
