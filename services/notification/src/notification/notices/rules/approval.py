"""What an approval binds: text, files, course and whom the letter is for, as they were sent for approval."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from notification.letters.rules.letter import Letter, digest, files_said
from servicekit.refusals import Refusal

# In the words in which a refusal names them.
_WORDS = {"text": "the text", "files": "the files", "course": "the course", "audience": "whom it is for"}
_APART = ("audience_id", "receivers", "course_id", "course_version")


class ApprovalVoid(Refusal):
    """The letter is not the one that was sent for approval: `differs` says in what."""


def pins(letter: Letter, files: Sequence[Mapping[str, object]]) -> dict[str, str]:
    """Return what stands for a letter that is sent for approval: hashes of text and files, course, audience.

    What a letter does not say is left out, so that a field that letters get later leaves older hashes as they are.
    An audience and a version of a course never change, so their names are enough.
    """
    empty = asdict(Letter())
    said = {name: value for name, value in asdict(letter).items() if name not in _APART and value != empty[name]}
    return {
        "text": _hash(said),
        "files": _hash(files_said(files)),
        "course": f"{letter.course_id}/{letter.course_version}" if letter.course_id else "",
        "audience": " ".join((str(letter.audience_id or ""), *letter.receivers)),
    }


def differences(pinned: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Return in what a letter is not the one that was sent for approval, in words."""
    return [said for name, said in _WORDS.items() if pinned.get(name) != now[name]]


def check(name: str, pinned: Mapping[str, str], now: Mapping[str, str]) -> None:
    """Refuse to approve, or to issue, what is not what was sent for approval."""
    if differs := differences(pinned, now):
        raise ApprovalVoid("This is not what was sent for approval.", notice=name, differs=", ".join(differs))


def _hash(said: object) -> str:
    return digest(json.dumps(said, default=str, ensure_ascii=False, separators=(",", ":"), sort_keys=True))
