"""Kinds of messages of committees: their meetings, votes and reviews."""

from notification.messages.rules.kind import Kind
from notification.messages.rules.windows import Window

# Of meetings: what is said there is for those who come, and no message says it.
MEETING_CALLED = Kind(
    "meeting.called",
    "When a meeting of a committee is called, everybody with a part in it hears when it begins.",
    "A meeting of a committee of yours is called.",
    Window.NOW,
    limited=False,
    producer="partnership",
)
MEETING_MOVED = Kind(
    "meeting.moved",
    "When a meeting that was called is at another time or place, everybody with a part in the committee hears of it,"
    " once for each change.",
    "A meeting of a committee of yours is moved.",
    Window.NOW,
    limited=False,
    producer="partnership",
)
MEETING_CANCELLED = Kind(
    "meeting.cancelled",
    "When a meeting that was called does not take place, everybody with a part in the committee hears of it.",
    "A meeting of a committee of yours is canceled.",
    Window.NOW,
    limited=False,
    producer="partnership",
)
MEETING_ALTERNATE = Kind(
    "meeting.alternate",
    "When a member of a committee cannot come to a meeting, their alternate hears of it.",
    "A member for whom you stand cannot come to a meeting.",
    Window.NOW,
    limited=False,
    producer="partnership",
)
NOTES_OUT = Kind(
    "meeting.notes_out",
    "When the notes of a meeting are out, everybody with a part in the committee hears of it.",
    "The notes of a meeting of a committee of yours are out.",
    Window.NOW,
    mandatory=False,
    limited=False,
    producer="partnership",
)
ACTION_GIVEN = Kind(
    "meeting.action_given",
    "When a committee gives somebody something to do, they hear what, and by when.",
    "A committee of yours gave you something to do.",
    Window.NOW,
    limited=False,
    producer="partnership",
)
SEAT_VACANT = Kind(
    "seat.vacant",
    "When somebody leaves the agency for which they sit in a committee, who runs its meetings hears that their place is"
    " free.",
    "A place in a committee that you run is free.",
    Window.MORNING,
    limited=False,
    producer="partnership",
)
# Of a committee's votes: a message does not say on what. The choice is offered to who convenes, and who was told.
_CONVENES = ("bodies.convene",)
BALLOT_OPENED = Kind(
    "ballot.opened",
    "When a committee begins a vote, those who have a seat in it hear until when.",
    "A committee of yours votes.",
    Window.NOW,
    limited=False,
    producer="curriculum",
    rights=_CONVENES,
)
BALLOT_CLOSED = Kind(
    "ballot.closed",
    "When a vote of a committee is over, those who have a seat in it hear how it ended.",
    "A vote of your committee is over.",
    Window.NOW,
    mandatory=False,
    limited=False,
    producer="curriculum",
    rights=_CONVENES,
)
POSITION_RECORDED = Kind(
    "position.recorded",
    "When somebody's vote in a meeting is written down for them, they hear until when they can say that it is wrong.",
    "Your vote in a meeting is written down.",
    Window.NOW,
    limited=False,
    producer="curriculum",
    rights=_CONVENES,
)
POSITION_CONTESTED = Kind(
    "position.contested",
    "When somebody says that their vote is written down wrong, those who run the committee hear it.",
    "Somebody says that their vote is written down wrong.",
    Window.NOW,
    limited=False,
    producer="curriculum",
    rights=_CONVENES,
)
# Of a committee's reviews, likewise.
ROUND_OPENED = Kind(
    "round.opened",
    "When a committee is to review something, those who are asked to hear until when they can comment.",
    "You are asked to review something for a committee.",
    Window.NOW,
    limited=False,
    producer="curriculum",
    rights=_CONVENES,
)
ROUND_DUE = Kind(
    "round.due",
    "2 business days before comments are due, those who were asked to review and sent nothing hear of it.",
    "Comments that you were asked for are due soon.",
    Window.MORNING,
    limited=False,
    producer="curriculum",
    rights=_CONVENES,
)
ROUND_ANSWERED = Kind(
    "round.answered",
    "When comments of a review are answered, those who wrote them hear until when they can say if that settles them.",
    "Your comments in a review are answered.",
    Window.NOW,
    limited=False,
    producer="curriculum",
    rights=_CONVENES,
)
ROUND_TO_RULE = Kind(
    "round.to_rule",
    "When comments of a review are not settled with who wrote them, or they said nothing in time, the committee's chair"
    " and deputy hear how many wait for them.",
    "Comments of a review wait for your ruling.",
    Window.NOW,
    limited=False,
    producer="curriculum",
    rights=_CONVENES,
)
COMMITTEES = (
    MEETING_CALLED,
    MEETING_MOVED,
    MEETING_CANCELLED,
    MEETING_ALTERNATE,
    NOTES_OUT,
    ACTION_GIVEN,
    SEAT_VACANT,
    BALLOT_OPENED,
    BALLOT_CLOSED,
    POSITION_RECORDED,
    POSITION_CONTESTED,
    ROUND_OPENED,
    ROUND_DUE,
    ROUND_ANSWERED,
    ROUND_TO_RULE,
)
