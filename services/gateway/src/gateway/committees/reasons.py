"""Why something about a committee is refused, in the words of its people."""

REASONS = {
    "PART_NEEDED": "You may not do this here. It takes the chair, the deputy or the secretary.",
    "OWN_PART": "Nobody gives themselves a part, or more days of one. Ask somebody else who runs it.",
    "PART_HELD": "This person has this part already on some of these days.",
    "PART_TAKEN": "Somebody else has this part on some of these days, and there is only one. End theirs first.",
    "SEAT_TAKEN": "Somebody has this seat on some of these days. End their time there first.",
    "SEAT_ENDED": "There is no such seat any more from {end_date} on.",
    "CODE_TAKEN": "Another committee numbers its decisions by {code}.",
}
