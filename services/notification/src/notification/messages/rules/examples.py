"""An example of each kind of message: what a canary says, and what is looked at before people do."""

from collections.abc import Mapping

# A letter that there is not.
ABOUT = "notices/00000000-0000-4000-8000-000000000000"
FACTS: Mapping[str, str] = {
    "letter": "CSSP 00-00: An example, sent to see that mail arrives",
    "what_changed": "This is no amendment. Nobody has to do anything.",
    "change": "This is no letter. Nobody has to do anything.",
    "effective": "2027-03-15",
    "due": "2027-03-10",
    "confirm_by": "2027-02-05",
    "agency": "lake",
    "staff": "6",
    "people": "3",
    "agencies": "2",
    # Of a week.
    "as_of": "2027-02-16",
    "0": "CSSP 00-00: An example, sent to see that mail arrives",
    "1": "CSSP 00-01: Another example",
    "things": "12",
    "list": "1 2027-02-12;0 2027-03-01",
    "letters": "2",
    "confirm": "1 2027-02-16",
    "to_go": "0 2027-03-01 1",
    "ready": "0 2027-03-01 9 12",
    "standing": "0 1240 0;1 0 3",
    "calls": "los-angeles;lake",
    "more": "3",
    "more_calls": "2",
    "issue": "2027-02-16T17:00:00+00:00",
    "role": "training coordinator",
    "where": "Lake (an example)",
    "meeting": "Spring meeting (an example)",
    "body": "A committee (an example)",
    "start": "2027-02-16T18:00:00+00:00",
    "what": "This is nothing to do. It is sent to see that mail arrives",
    "part": "MEMBER",
    "seat": "A seat (an example)",
    "since": "2027-02-16",
    "connection": "An example",
    "why": "FAILING",
    # Of a vote.
    "committee": "an-example",
    "closes": "2027-02-16T17:00:00+00:00",
    "outcome": "PASSED",
    "number": "EXAMPLE-2027-001",
    "until": "2027-02-16",
    "open": "yes",
    # Of a review.
    "count": "3",
    # Of a course under way.
    "work": "00-01 (an example)",
}
