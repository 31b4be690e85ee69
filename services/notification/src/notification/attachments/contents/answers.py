"""What the process that reads a file answers: as JSON, since what comes from there is believed in nothing else."""

import json

from notification.attachments.rules.files import REFUSALS, Burden, Carried, Content, FileRefused
from notification.attachments.rules.scan import Finding


def to_json(content: Content) -> bytes:
    """Return what a process answers."""
    return json.dumps(
        {
            "media_type": content.media_type,
            "pages": content.pages,
            "findings": [[finding.where, finding.what, finding.ends_with] for finding in content.findings],
            "unreadable": content.unreadable,
            "carried": [[carried.what.name, carried.where] for carried in content.carried],
            "words": " ".join(content.words),
        }
    ).encode()


def refused_to_json(refused: FileRefused) -> bytes:
    """Return what a process answers that refuses the file."""
    return json.dumps({"refused": refused.reason, "value": refused.value, "rule": refused.rule}).encode()


def from_json(answer: bytes) -> Content:
    """Return what a process answered, or raise what it refused the file with."""
    said = json.loads(answer)
    if "refused" in said:
        raise REFUSALS[said["refused"]](said["value"], said["rule"])
    return Content(
        said["media_type"],
        said["pages"],
        tuple(Finding(*finding) for finding in said["findings"]),
        said["unreadable"],
        tuple(Carried(Burden[what], where) for what, where in said["carried"]),
        tuple(said["words"].split()),
    )
