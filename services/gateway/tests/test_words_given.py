"""Each page gives its template the words that this uses: a name that a module has no more is found without a visit."""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import ModuleType

from jinja2 import nodes

import gateway
from gateway.app import environment
from gateway.works import history, phrases

ENVIRONMENT = environment()


@cache
def tree_of(template: str) -> nodes.Template:
    return ENVIRONMENT.parse(ENVIRONMENT.loader.get_source(ENVIRONMENT, template)[0])


@cache
def macros_of(template: str) -> Mapping[str, tuple[str, nodes.Macro]]:
    """The macros that a template can call by name, its own and those it imports, each with where it stands."""
    tree = tree_of(template)
    found = {one.name: (template, one) for one in tree.find_all(nodes.Macro)}
    for taken in tree.find_all(nodes.FromImport):
        of = macros_of(taken.template.value)
        for name in taken.names:
            origin, alias = (name, name) if isinstance(name, str) else name
            found[alias] = of[origin]
    for taken in tree.find_all(nodes.Import):
        found |= {f"{taken.target}.{name}": one for name, one in macros_of(taken.template.value).items()}
    return found


def pages(module: ModuleType) -> Iterator[tuple[str, dict[str, ModuleType]]]:
    """The templates that a module's pages show, each with the modules that it is given."""
    for function in ast.walk(ast.parse(inspect.getsource(module))):
        if not isinstance(function, ast.FunctionDef):
            continue
        own = {one.arg for one in ast.walk(function) if isinstance(one, ast.arg)}
        own |= {one.id for one in ast.walk(function) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "page":
                named = [
                    (one.arg, one.value.id) for one in call.keywords if one.arg and isinstance(one.value, ast.Name)
                ]
                found = {key: getattr(module, name, None) for key, name in named if name not in own}
                given = {key: one for key, one in found.items() if isinstance(one, ModuleType)}
                yield from ((one.value, given) for one in call.args[:1] if isinstance(one, ast.Constant))


@dataclass
class Reading:
    """What templates ask of the modules that they are given; *wanting*: what these do not have."""

    asked: int = 0
    wanting: set[str] = field(default_factory=set)
    seen: set[object] = field(default_factory=set)

    def read(self, template: str, node: nodes.Node, given: Mapping[str, ModuleType]) -> None:
        """Look through a node, and through the macros that it calls with what it gives them."""
        for one in node.iter_child_nodes():
            if isinstance(one, nodes.Macro):
                continue
            if isinstance(one, nodes.Getattr) and isinstance(one.node, nodes.Name) and one.node.name in given:
                self.asked += 1
                if not hasattr(given[one.node.name], one.attr):
                    self.wanting.add(f"{template}: {given[one.node.name].__name__}.{one.attr}")
            if isinstance(one, nodes.Include) and isinstance(one.template, nodes.Const):
                self.read(one.template.value, tree_of(one.template.value), given)
            if isinstance(one, nodes.Call):
                self.call(template, one, given)
            self.read(template, one, given)

    def call(self, template: str, call: nodes.Call, given: Mapping[str, ModuleType]) -> None:
        """Look through a macro as it is called."""
        target = call.node
        name = target.name if isinstance(target, nodes.Name) else ""
        if isinstance(target, nodes.Getattr) and isinstance(target.node, nodes.Name):
            name = f"{target.node.name}.{target.attr}"
        if name not in macros_of(template):
            return
        where, macro = macros_of(template)[name]
        # A macro of the same template sees what the page has; one that was imported only what it is given.
        seen = dict(given) if where == template else {}
        names = [one.name for one in macro.args]
        sent = [*zip(names, call.args, strict=False), *((one.key, one.value) for one in call.kwargs)]
        for parameter in names:
            seen.pop(parameter, None)
        seen |= {
            parameter: given[value.name]
            for parameter, value in sent
            if isinstance(value, nodes.Name) and value.name in given
        }
        key = (where, macro.name, tuple(sorted((key, value.__name__) for key, value in seen.items())))
        if key not in self.seen:
            self.seen.add(key)
            self.read(where, macro, seen)


def everything() -> Iterator[ModuleType]:
    for one in pkgutil.walk_packages(gateway.__path__, "gateway."):
        if not one.name.endswith("__main__"):
            yield importlib.import_module(one.name)


def test_a_template_asks_the_modules_that_its_page_gives_it_only_for_what_they_have():
    reading = Reading()

    for module in everything():
        for template, given in pages(module):
            reading.read(template, tree_of(template), given)

    assert reading.wanting == set()
    assert reading.asked > 300


def test_it_finds_what_a_module_does_not_have_in_a_template_and_in_a_macro_that_is_given_the_module():
    reading = Reading()
    reading.read("works/history.html", tree_of("works/history.html"), {"past": phrases, "phrases": history})

    assert reading.wanting == {
        "works/history_list.html: gateway.works.phrases.kind",
        "works/history_list.html: gateway.works.history.phase_name",
    }
