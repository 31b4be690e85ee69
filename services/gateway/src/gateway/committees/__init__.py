"""Committees: who sits there and by which rules, their meetings from agenda to minutes, what is to be done."""

from cadre.partnership.v1 import meeting_service_pb2 as meeting_pb
from gateway.committees import committees, dating, forms, meetings, packet, papers, parts, running, shown
from gateway.committees.reasons import REASONS
from gateway.web import declared
from gateway.web.area import Area
from gateway.web.disclosed import exports, prints, views
from gateway.web.navigation import Item, Top
from gateway.web.rights import Rights

_MEETING = meeting_pb.Meeting
_AT = "/committees/{slug}"
_MEETING_AT = _AT + "/meetings/{meeting_id}"
_DONE = {
    "committee-begun": "The committee is there. Say next who sits in it.",
    "committee-saved": "The committee is saved.",
    "seat-added": "The seat is added.",
    "seat-ended": "The seat ends.",
    "part-given": "The part is given.",
    "part-ended": "The part ends on that day. Who had it until then stays on record.",
    "meeting-begun": "The meeting is a draft. Members see it once you call it.",
    "meeting-saved": "The meeting is saved.",
    "agenda-saved": "The agenda is saved.",
    "meeting-called": "The meeting is called. Everybody with a part is told.",
    "meeting-cancelled": "The meeting is canceled. Everybody with a part is told.",
    "coming": "You said that you come.",
    "not-coming": "You said that you cannot come. Your alternate is asked.",
    "not-coming-alone": "You said that you cannot come. Whoever runs the meeting reads it.",
    "roll-saved": "The roll is saved.",
    "notes-saved": "The notes of the item are saved.",
    "meeting-held": "It took place. Put the notes out once they are written.",
    "notes-out": "The notes are out. Everybody with a part can read them.",
    "minutes-approved": "The minutes are approved, and the meeting is closed.",
    "paper-added": "The paper is added.",
    "action-added": "It is on the list of what is to be done.",
    "action-done": "Done.",
    "action-open": "It is to be done again.",
}


def _reads(rights: Rights) -> bool:
    return rights.holds("bodies.read")


AREA = Area(
    # What has a word for an address stands before what has a name there.
    routers=(
        parts.router,
        meetings.router,
        running.router,
        packet.router,
        dating.router,
        papers.router,
        committees.router,
    ),
    navigation=(
        Item(Top.TRAINING, "Committees", "/committees", offered=_reads, also=("/rounds", "/ballots", "/decisions")),
    ),
    reasons=REASONS,
    done=_DONE,
    labels=declared.labels((*forms.COMMITTEE, *forms.RULES, *forms.MEETING)),
    adjectives={
        "a_draft_meeting": lambda one: one.state == _MEETING.DRAFT,
        "a_called_meeting": lambda one: one.state == _MEETING.CALLED,
        "a_held_meeting": lambda one: one.state == _MEETING.HELD,
        "with_notes_out": lambda one: one.state in (_MEETING.NOTES_OUT, _MEETING.CLOSED),
        "a_closed_meeting": lambda one: one.state == _MEETING.CLOSED,
        "a_cancelled_meeting": lambda one: one.state == _MEETING.CANCELLED,
        "a_recording": lambda one: one.kind == meeting_pb.Document.RECORDING,
        "open_to_do": shown.is_open,
    },
    discloses={
        _AT: views("members of a committee"),
        _AT + "/members.csv": exports("members of a committee"),
        _AT + "/seats": views("members of a committee"),
        _AT + "/seats/{seat_id}/end": views("members of a committee"),
        _AT + "/parts/new": views("members of a committee"),
        _AT + "/parts/{part_id}/end": views("members of a committee"),
        _MEETING_AT: views("a meeting of a committee"),
        _MEETING_AT + "/print": prints("a meeting of a committee"),
        _MEETING_AT + "/packet.pdf": prints("the packet of a meeting"),
        _MEETING_AT + "/attendance.csv": exports("who was at a meeting"),
        _MEETING_AT + "/approve": views("a meeting of a committee"),
        _AT + "/actions/new": views("members of a committee"),
    },
)
