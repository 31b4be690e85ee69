"""Connections and calls in words."""

from collections.abc import Mapping

from cadre.notification.v1 import connection_service_pb2 as pb

# What a connection can be told of, in the order in which it is offered: for an agency's own, and for one of the state.
KINDS: Mapping[str, tuple[str, str]] = {
    "letter.issued": ("A letter is issued that the agency receives", "A letter is issued"),
    "letter.amended": ("A letter that the agency received is amended", "A letter is amended"),
    "letter.withdrawn": ("A letter that the agency received is withdrawn", "A letter is withdrawn"),
    "letter.confirmed": ("The agency confirms a letter", "An agency confirms a letter"),
    "letter.released": (
        "The agency lets its staff see a letter before its day",
        "An agency lets its staff see a letter before its day",
    ),
    "letter.ready": (
        "All staff of the agency are ready for a letter, for the first time",
        "All staff of an agency are ready for a letter, for the first time",
    ),
}
SHORT: Mapping[str, str] = {
    "letter.issued": "Letter issued",
    "letter.amended": "Letter amended",
    "letter.withdrawn": "Letter withdrawn",
    "letter.confirmed": "Agency confirmed",
    "letter.released": "Released to staff",
    "letter.ready": "Agency ready",
    "ping": "Test",
}
REASONS: Mapping[str, str] = {
    "STATUS": "It answered with the status {status}. Cadre takes 200 to 299 for yes.",
    "REDIRECT": "It answered {status}, which leads elsewhere. Cadre follows no other address: give the one where calls"
    " arrive.",
    "GONE": "It answered 410: nothing is to be sent there any more.",
    "TIMED_OUT": "It did not answer within 10 seconds.",
    "NO_HOST": "No computer is known by the name in the address.",
    "NOT_PUBLIC": "The name in the address leads into a private network. Cadre calls the public internet only.",
    "NOT_CONNECTED": "Nobody took the connection.",
    "NO_TLS": "Its certificate is not one for the name in the address, or not one that is trusted.",
    "BROKEN": "It closed the connection, or what it answered is no HTTP.",
    "NO_SECRET": "The key of this Cadre was replaced, and the secret with it. Make a new secret.",
    "SWITCHED_OFF": "It was not sent any more, since the connection was switched off.",
}
OFF: Mapping[str, str] = {
    "BY_HAND": "Switched off by somebody here.",
    "GONE": "Switched off because its address answered 410: nothing is to be sent there any more.",
    "FAILING": "Switched off because nothing got through for five days.",
}
_ID, _LETTER = "3f0c2c8e-7d0f-4b0c-9d58-0b0a4c1e6a11", "notices/0b7f1f52-6d0e-4c59-8a3e-0f5f5a0c7d21"
_EXAMPLE = f"""\
POST /cadre HTTP/1.1
Content-Type: application/cloudevents+json; charset=utf-8
webhook-id: {_ID}
webhook-timestamp: 1796144400
webhook-signature: v1,…

{{{{"specversion":"1.0","id":"{_ID}",
 "source":"urn:cadre:notification","type":"cadre.letter.issued.v1",
 "subject":"{_LETTER}",
 "time":"2026-12-01T17:00:00Z","datacontenttype":"application/json",
 "data":{{{{"connection":"{{owner}}/connections/5d2c…","notice":"{_LETTER}","version":1{{agency}}}}}}}}}}"""
# Since when what was given up is sent again: what a form sends, in days.
SINCE: Mapping[str, str] = {"1": "a day ago", "7": "a week ago", "30": "30 days ago"}


def example(owner: str) -> str:
    """Return a call as it arrives at a connection of *owner*."""
    agency = f',"agency":"{owner}"' if owner.startswith("agencies/") else ""
    return _EXAMPLE.format(owner=owner, agency=agency)


def is_sent(call: pb.Webhook) -> bool:
    """Whether it got through."""
    return call.state == pb.Webhook.SENT


def is_given_up(call: pb.Webhook) -> bool:
    """Whether it is tried no more."""
    return call.state == pb.Webhook.GIVEN_UP


def reason(call: pb.Webhook) -> str:
    """Say why the last try failed; '' if it did not."""
    # A newer service may know more reasons than these pages.
    said = REASONS.get(call.reason, "It did not get through.") if call.reason else ""
    return said.format(status=call.status)


def stands(call: pb.Webhook) -> str:
    """Say how a call stands, in a word or two."""
    if is_sent(call):
        return f"Got through ({call.status})"
    if is_given_up(call):
        # A test is made once, by somebody who waits for it.
        return "Did not get through" if call.kind == "ping" else "Given up"
    return "Is tried again" if call.reason else "On its way"


def took(call: pb.Webhook) -> str:
    """Say how long the last try took; '' before the first."""
    if not call.HasField("last_try_time"):
        return ""
    return f"{call.milliseconds / 1000:.1f} s" if call.milliseconds >= 1000 else f"{call.milliseconds} ms"  # noqa: PLR2004
