"""Why something about a committee is refused, in the words of its people."""

REASONS = {
    "PART_NEEDED": "You may not do this here. It takes the chair, the deputy or the secretary.",
    "OWN_PART": "Nobody gives themselves a part, or more days of one. Ask somebody else who runs it.",
    "PART_HELD": "This person has this part already on some of these days.",
    "PART_TAKEN": "Somebody else has this part on some of these days, and there is only one. End theirs first.",
    "SEAT_TAKEN": "Somebody has this seat on some of these days. End their time there first.",
    "SEAT_ENDED": "There is no such seat any more from {end_date} on.",
    "CODE_TAKEN": "Another committee numbers its decisions by {code}.",
    # Of votes, and what is voted on.
    "BALLOT_NOT_OPEN": "This vote is over, or has not begun.",
    "BALLOT_RUNS": "This vote goes on until its hour: {silent} seats have not voted yet.",
    "BODY_NOT_KNOWN": "The rules of this committee have not arrived yet. Try again in a minute.",
    "DIGEST_CHANGED": "This was changed after you read it. Read it again, then vote.",
    "HOLD_NOT_YOURS": "Only who objected can end an objection.",
    "MEETING_NEEDED": "This committee votes in meetings. Choose the meeting.",
    "MEETING_NOT_READY": "Who was in the room is not on record yet. Write down who was there first.",
    "NOT_CONTESTABLE": "It is too late to say that this is not what you said, or you said so already.",
    "NOT_ON_ROLL": "You do not vote for this seat: it is not yours, or what was said for it stands.",
    "ROLL_EMPTY": "Nobody sits in a seat that votes. Give somebody a seat first.",
    "SEAT_NOT_SAID": "You vote for several seats. Choose one: {seats}.",
    "SEAT_RECUSED": "Whoever wrote this does not vote on it.",
    "SUBJECT_OPEN": "This is not ready for a vote. Still missing: {lines}.",
}
