"""The trainer package of a version: its texts, and which file stands where. The same content makes the same package."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from curriculum.materials.rules.materials import Material, Module, TrainerRule

_STRANGE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_NAME = 80


@dataclass(frozen=True)
class Entry:
    """What stands at a path: a text that is written here, or a file of the store."""

    path: str
    sha256: str
    size_bytes: int
    media: str = ""
    text: str = ""


@dataclass(frozen=True)
class Edition:
    """Which version of which course it is for."""

    title: str
    number: int


def entries(edition: Edition, materials: Sequence[Material], rule: TrainerRule) -> list[Entry]:
    """Return what the package holds, in its order: its texts first, then each material with all that belongs to it."""
    files = [one for n, material in enumerate(materials, 1) for one in _files(n, material)]
    texts = [("guide.md", _guide(edition, materials))] if any(one.modules for one in materials) else []
    texts += [("practice-teach.md", _practice(edition, rule)), ("credential.md", _credential(edition, rule))]
    contents = _contents(edition, materials, [*(path for path, _ in texts), *(one.path for one in files)])
    return [*(_written(path, text) for path, text in [("contents.md", contents), *texts]), *files]


def _files(number: int, one: Material) -> Iterator[Entry]:
    """Return the file, what it says for who does not hear it, and the one that can be edited."""
    name = _safe(one.filename, one)
    if one.file is not None:
        yield Entry(f"materials/{number:03}-{name}", one.file.sha256, one.file.size_bytes, media=one.file.sha256)
    stem = PurePosixPath(name).stem
    if one.captions:
        yield _written(f"materials/{number:03}-{stem}.vtt", one.captions)
    if one.transcript:
        yield _written(f"materials/{number:03}-{stem}-transcript.txt", one.transcript)
    if one.source is not None:
        path = f"sources/{number:03}-{_safe(one.source_filename, one)}"
        yield Entry(path, one.source.sha256, one.source.size_bytes, media=one.source.sha256)


def _safe(filename: str, one: Material) -> str:
    """Return a name that any computer can hold, with the ending of the file."""
    ending = _STRANGE.sub("", PurePosixPath(filename).suffix)[:10]
    stem = _STRANGE.sub("-", PurePosixPath(filename).stem).strip("-.")[:_LONGEST_NAME].rstrip("-.")
    return (stem or one.kind.lower().replace("_", "-")) + ending


def _written(path: str, text: str) -> Entry:
    content = text.encode()
    return Entry(path, hashlib.sha256(content).hexdigest(), len(content), text=text)


def _heading(edition: Edition, what: str) -> list[str]:
    return [f"# {what}: {edition.title}, version {edition.number}", ""]


def _contents(edition: Edition, materials: Sequence[Material], paths: Sequence[str]) -> str:
    lines = _heading(edition, "Trainer package")
    for number, one in enumerate(materials, 1):
        said = [_called(one), f"language {one.language}"]
        said += [f"{one.minutes} minutes"] if one.minutes else []
        said += [f"{one.pages} pages"] if one.pages else []
        said += ["for trainers only"] if one.trainers_only else []
        lines.append(f"{number}. **{one.title}** ({', '.join(said)})")
        lines += [f"   Credit: {one.credit}"] if one.credit else []
    lines += ["", "## Files", "", *(f"- {path}" for path in paths)]
    return _text(lines)


def _called(one: Material) -> str:
    return one.kind.lower().replace("_", " ")


def _guide(edition: Edition, materials: Sequence[Material]) -> str:
    lines = _heading(edition, "Facilitator guide")
    for one in materials:
        if one.modules:
            lines += [f"## {one.title}", ""]
            for number, module in enumerate(one.modules, 1):
                lines += _module(number, module)
    return _text(lines)


def _module(number: int, one: Module) -> list[str]:
    lines = [f"### Module {number}: {one.title}", ""]
    said = [f"{one.minutes} minutes"] if one.minutes else []
    said += ["may be left out when time is short"] if one.optional else []
    lines += [f"{'; '.join(said).capitalize()}.", ""] if said else []
    if one.goals:
        lines += ["**Goals**", "", *(f"- {goal}" for goal in one.goals), ""]
    if one.equipment:
        lines += ["**Equipment**", "", one.equipment, ""]
    if one.steps:
        lines += ["**Say and do**", ""]
        for n, step in enumerate(one.steps, 1):
            said = [f"Say: {step.says}"] if step.says else []
            said += [f"Do: {step.does}"] if step.does else []
            lines.append(f"{n}. " + "\n\n   ".join(said))
        lines.append("")
    if one.background:
        lines += ["**Need to know**", "", one.background, ""]
    return lines


def _practice(edition: Edition, rule: TrainerRule) -> str:
    lines = _heading(edition, "Practice-teach checklist")
    if not rule.practice:
        return _text([*lines, "Nothing is asked for this version."])
    lines += ["Somebody who trains others shows each of these before they do.", ""]
    return _text([*lines, *(f"{n}. [ ] {line}" for n, line in enumerate(rule.practice, 1))])


def _credential(edition: Edition, rule: TrainerRule) -> str:
    return _text([*_heading(edition, "Who may train"), rule.credential or "Nothing is asked for this version."])


def _text(lines: Sequence[str]) -> str:
    return "\n".join(lines).rstrip("\n") + "\n"
