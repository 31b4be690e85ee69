"""What the runbook tells people to type: read by a real shell, held against what there is.

`docker` and `kubectl` are scripts here that note what they are asked. Nothing else that a page says is run.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from cadre_cli import secret_files

ROOT = Path(__file__).parents[2]
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md"), ROOT / "deploy" / "README.md"])
COMPOSE = Path(sys.executable).parent / "docker-compose"
NOTE = """#!/bin/bash
{ printf '%s' "${0##*/}"; printf '\\t%s' "${@//$'\\n'/ }"; printf '\\n'; } >> "$NOTES"
"""
# Options of Compose that take a value, of those that the pages use.
VALUED = {"--build-arg", "-v", "-u", "--user", "--entrypoint"}


def commands(page):
    """The pieces of a page that hold a command of these two: blocks of code, and code in a sentence."""
    text = page.read_text()
    blocks = re.findall(r"^ *```\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    rest = re.sub(r"^ *```.*?^ *```", "", text, flags=re.MULTILINE | re.DOTALL)
    spans = [re.sub(r"\s+", " ", span) for span in re.findall(r"`([^`]+)`", rest)]
    return [piece for piece in [*blocks, *spans] if re.search(r"\b(docker|kubectl) [a-z-]", piece)]


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """What docker and kubectl would be asked: lists of arguments, by page."""
    folder = tmp_path_factory.mktemp("typed")
    (folder / "bin").mkdir()
    for name in ("docker", "kubectl"):
        (folder / "bin" / name).write_text(NOTE)
        (folder / "bin" / name).chmod(0o755)
    (folder / "roster.csv").touch()
    secret_files.write(folder / "secrets", secret_files.Hosts())
    notes = folder / "notes"
    found = []
    for page in PAGES:
        for piece in commands(page):
            notes.write_text("")
            done = subprocess.run(
                ["/bin/bash", "-c", piece],
                cwd=folder,
                env={"PATH": str(folder / "bin"), "NOTES": str(notes)},
                capture_output=True,
                text=True,
                check=False,
                timeout=30,
            )
            lines = notes.read_text().splitlines()
            assert lines or "…" in piece or "cnpg" in piece, f"{page.name}: {piece}\n{done.stderr}"
            assert "syntax error" not in done.stderr, f"{page.name}: {piece}\n{done.stderr}"
            found += [(page.name, line.split("\t")) for line in lines]
    return found


def split(arguments):
    """Options and the rest; what stands after the first of the rest belongs to it."""
    options, rest = [], []
    waiting = iter(arguments)
    for argument in waiting:
        if argument.startswith("-") and argument != "-" and not rest:
            options.append(argument.partition("=")[0])
            if argument in VALUED:
                next(waiting)
        else:
            rest.append(argument)
    return options, rest


def test_what_compose_is_asked_is_known_to_it_and_names_services_that_there_are(asked):
    services = set(yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"])
    known = {}
    checked = 0
    for page, (program, *arguments) in asked:
        if program != "docker" or arguments[0] != "compose" or arguments[1:] == []:
            continue
        _, command, *more = arguments
        if command not in known:
            known[command] = subprocess.run(
                [COMPOSE, command, "--help"], capture_output=True, text=True, check=False
            ).stdout
        assert f"docker compose {command}" in known[command], (page, arguments)
        options, rest = split(more)
        for option in options:
            assert re.search(rf"(?<![\w-]){option}(?![\w-])", known[command]), (page, arguments, option)
        named = rest[:1] if command in {"run", "exec"} else rest
        assert set(named) <= services, (page, arguments)
        checked += 1
    assert checked > 40


def test_upgrades_reach_every_process_and_migrate_every_service(asked):
    reached = {
        name
        for page, (_, *arguments) in asked
        if page == "upgrade.md" and arguments[0] == "compose"
        for name in split(arguments[2:])[1]
    }
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    ours = {name for name, block in services.items() if (block.get("command") or [""])[:2] == ["python", "-m"]}
    assert len(ours) > 15
    assert ours <= reached


def test_what_kubectl_is_asked_names_what_there_is(asked):
    files = [*(ROOT / "deploy" / "kubernetes").rglob("*.yaml")]
    objects = [thing for file in files for thing in yaml.safe_load_all(file.read_text()) if thing and "kind" in thing]
    there = {f"{thing['kind'].lower()}/{thing['metadata']['name']}" for thing in objects if "metadata" in thing}
    labels = [thing["metadata"].get("labels", {}) for thing in objects if "metadata" in thing]
    checked = 0
    for page, (program, *arguments) in asked:
        if program != "kubectl":
            continue
        for option, value in zip(arguments, [*arguments[1:], ""], strict=True):
            if option == "-k" and value:
                assert (ROOT / value).is_dir(), (page, arguments)
                checked += 1
            if option == "-l":
                key, _, wanted = value.partition("=")
                assert any(one.get(key) == wanted for one in labels), (page, arguments)
                checked += 1
            if option == "--type=json":
                (patch,) = json.loads(arguments[arguments.index("-p") + 1])
                assert patch["value"][:2] == ["cadre", "restore"]
            if found := re.fullmatch(r"(?:--from=)?((?:cronjob|statefulset|deployment)/\w+)", option):
                assert found[1] in there, (page, arguments)
                checked += 1
    assert checked > 8


def test_files_that_pages_name_are_there():
    named = {
        (page.name, path)
        for page in PAGES
        for path in re.findall(r"(?<![\w/.-])((?:deploy|docs|libs|services|tests)/[\w./-]*\w)", page.read_text())
    }
    assert len(named) > 40
    assert sorted((page, path) for page, path in named if not (ROOT / path).exists()) == []
