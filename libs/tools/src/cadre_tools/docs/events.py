"""`docs/events.md`, made from the contracts and from what each service subscribes to."""

import importlib
import re
from collections import defaultdict
from pathlib import Path

from google.protobuf.descriptor import Descriptor

from cadre.options.v1 import options_pb2
from cadre_cli.processes import BACK_ENDS
from cadre_cli.roots import app_of

ROOT = Path(__file__).parents[5]
TARGET = ROOT / "docs" / "events.md"
_HEAD = """# Events

Made by `make docs` from `proto/` and from what each service subscribes to: do not edit.
One fact an event, ids only. Bulk facts travel in chunks of at most 1,000 people.
"""


def page() -> str:
    """Return the whole page."""
    heard = _heard()
    sections = [_section(service, "events", service, heard) for service in BACK_ENDS]
    return "\n".join([_HEAD, *sections, _section("messages", "messages", "any service", heard)])


def _section(package: str, file: str, title: str, heard: dict[str, list[str]]) -> str:
    path = ROOT / "proto" / "cadre" / package / "v1" / f"{file}.proto"
    if not path.exists():
        return ""
    messages = importlib.import_module(f"cadre.{package}.v1.{file}_pb2").DESCRIPTOR.message_types_by_name
    source = path.read_text(encoding="utf-8")
    lines = [f"## {title}", "", "| subject | what it says | carries | heard by |", "|---|---|---|---|"]
    for name, message in messages.items():
        subject = message.GetOptions().Extensions[options_pb2.subject]
        if subject:
            lines.append(
                f"| `{subject}` | {_comment(source, name)} | {_fields(message)} | {_hearers(subject, heard)} |"
            )
    return "\n".join([*lines, ""])


def _hearers(subject: str, heard: dict[str, list[str]]) -> str:
    """Return who hears a subject; of one that any service may tell, of whom they hear it."""
    of_whom: defaultdict[str, list[str]] = defaultdict(list)
    before, _, after = subject.partition("*")
    for told, hearers in heard.items():
        if told == subject or (after and told.startswith(before) and told.endswith(after)):
            for hearer in hearers:
                of_whom[hearer].append(told.removeprefix(before).removesuffix(after) if after else "")
    said = (f"{hearer} (of {', '.join(sorted(of))})" if any(of) else hearer for hearer, of in sorted(of_whom.items()))
    return ", ".join(said) or "nobody yet"


def _comment(source: str, message: str) -> str:
    """Return the comment above *message*, which protoc drops from the descriptors that Python sees."""
    match = re.search(rf"((?:^//[^\n]*\n)+)message {message} ", source, re.MULTILINE)
    return " ".join(line.removeprefix("//").strip() for line in match[1].splitlines()) if match else ""


def _fields(message: Descriptor) -> str:
    return ", ".join(f"`{field.name}`" for field in message.fields)


def _heard() -> dict[str, list[str]]:
    """Return who subscribes to each subject."""
    heard: dict[str, list[str]] = {}
    for service in BACK_ENDS:
        for subscription in app_of(service).subscriptions:
            heard.setdefault(subscription.subject, []).append(service)
    return heard


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
