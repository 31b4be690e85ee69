"""What a page writes: one thing at a time, so that what is refused is refused whole."""

import ast
import importlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from google.protobuf.descriptor import MethodDescriptor

import cadre
import gateway

# Handlers that reach more than one write, and why nothing of what they are sent is saved by halves.
ALLOWED = {
    "letters/composer.py:create_letter": "an audience is made first, which nothing names until the letter is saved",
    "letters/composer.py:save_step": "an audience is made first, which nothing names until the letter is saved",
    "releases/item_pages.py:draft_letter": "an audience is made first, which nothing names until the letter is saved",
    "learning/course.py:finish_section": "the section is done in itself; a test that cannot begin begins from its page",
    "people/roster.py:send_roster": "pieces of a file change nothing until the last step, which has it worked on whole",
    "letters/agency_notice.py:does_not_apply": "excuses or takes it back: one of the two",
    "letters/agency_notice.py:applies_again": "excuses or takes it back: one of the two",
    "messages/ladders.py:change_of_state": "the steps are set, or given back: one of the two",
    "messages/ladders.py:change_of_series": "the steps are set, or given back: one of the two",
    "messages/ladders.py:change_of_letter": "the steps are set, or given back: one of the two",
    "people/pages.py:add_person": "a new person, or a job for somebody who is known: one of the two",
}


def writes() -> set[str]:
    """The methods that change something: they carry a request id."""

    def methods() -> Iterator[MethodDescriptor]:
        (root,) = map(Path, cadre.__path__)
        for contract in sorted(root.rglob("*_service_pb2.py")):
            module = ".".join(contract.relative_to(root.parent).with_suffix("").parts)
            for service in importlib.import_module(module).DESCRIPTOR.services_by_name.values():
                yield from service.methods

    return {method.name for method in methods() if "request_id" in method.input_type.fields_by_name}


def pages() -> dict[str, ast.Module]:
    root = Path(gateway.__file__).parent
    return {str(path.relative_to(root)): ast.parse(path.read_text()) for path in root.rglob("*.py")}


@dataclass
class Calls:
    """The functions of the pages by file and name, and what they call."""

    modules: dict[str, ast.Module]
    functions: dict[tuple[str, str], ast.FunctionDef] = field(init=False)
    # By the name of their file, and their own.
    named: defaultdict[tuple[str, str], list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    # By file: the names that it has from others, and of which file's name each is.
    origins: dict[str, dict[str, str]] = field(init=False)
    nodes: dict[tuple[str, str], list[ast.AST]] = field(default_factory=dict)

    def __post_init__(self):
        self.functions = {
            (place, node.name): node
            for place, module in self.modules.items()
            for node in ast.walk(module)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        for place, name in self.functions:
            self.named[Path(place).stem, name].append((place, name))
        self.origins = {
            place: {
                alias.name: (node.module or "").rpartition(".")[2]
                for node in ast.walk(module)
                if isinstance(node, ast.ImportFrom)
                for alias in node.names
            }
            for place, module in self.modules.items()
        }

    def meant(self, place: str, function: ast.expr) -> list[tuple[str, str]]:
        """What a call means: a function of the same file, one that it has from another, or one of a module."""
        match function:
            case ast.Name(id=name):
                own = (place, name)
                return [own] if own in self.functions else self.named.get((self.origins[place].get(name, ""), name), [])
            case ast.Attribute(value=ast.Name(id=owner), attr=name):
                return self.named.get((owner, name), [])
        return []

    def writes(self, start: tuple[str, str], known: set[str], seen: set[tuple[str, str]]) -> Iterator[str]:
        """The writes in a function and in those that it calls, each as often as it stands."""
        seen.add(start)
        if start not in self.nodes:
            walked = ast.walk(self.functions[start])
            self.nodes[start] = [node for node in walked if isinstance(node, ast.Attribute | ast.Call)]
        for node in self.nodes[start]:
            if isinstance(node, ast.Attribute) and node.attr in known:
                yield node.attr
            for one in self.meant(start[0], node.func) if isinstance(node, ast.Call) else ():
                if one not in seen:
                    yield from self.writes(one, known, seen)


def reached(modules: dict[str, ast.Module], known: set[str]) -> dict[str, list[str]]:
    """Each handler of a form with the writes that it reaches."""
    calls = Calls(modules)
    return {
        ":".join(one): sorted(calls.writes(one, known, set()))
        for one, function in calls.functions.items()
        if any("router.post" in ast.unparse(decorator) for decorator in function.decorator_list)
    }


def test_a_page_writes_one_thing_or_says_why_a_refusal_leaves_nothing_half_saved():
    found = reached(pages(), writes())

    many = {handler: rpcs for handler, rpcs in found.items() if len(rpcs) > 1}
    assert len(found) > 30
    assert sum(len(rpcs) == 1 for rpcs in found.values()) > 20
    assert set(many) == set(ALLOWED), many


def test_two_writes_in_a_row_would_be_found():
    modules = {
        "pages/one.py": ast.parse(
            "@router.post('/x')\ndef save(visit):\n    first(visit)\n    visit.clients.a.EndJob(1)\n"
            "def first(visit):\n    visit.clients.a.CreateJob(1)\n"
        )
    }

    assert reached(modules, writes()) == {"pages/one.py:save": ["CreateJob", "EndJob"]}
