"""What a person would have to remember about the shape of the code, checked."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from servicekit.tree import services

ROOT = Path(__file__).parents[2]
SERVICES = tuple(services())
SOURCES = sorted(
    path
    for folder in (
        *(f"libs/{name}/src" for name in ("citations", "prose", "servicekit", "cli", "demo", "tools")),
        *(f"services/{name}/src" for name in SERVICES),
    )
    for path in (ROOT / folder).rglob("*.py")
)
TESTS = sorted(
    path
    for folder in ("libs", "services", "tests")
    for path in (ROOT / folder).rglob("test_*.py")
    if "tests" in path.parts
)
KIT = [path for path in SOURCES if "servicekit" in path.parts]
HANDLERS = [path for path in SOURCES if path not in KIT and (path.name == "rpc.py" or path.parent.name == "rpc")]
# Words of the field that the chassis must not know.
NOUNS = re.compile(
    r"\b(agency|agencies|notices?|courses?|audiences?|assignments?|recipients?|readiness|rosters?|trainings?|learners?"
    r"|coordinators?|curriculum|enrollments?|sittings?|lcsa|dcss|county|counties)\b",
    re.IGNORECASE,
)
# What people read besides the code itself. The demonstration's course speaks of single parents, and may.
TEXTS = sorted(
    path
    for pattern in (
        "docs/**/*.md",
        "proto/**/*.proto",
        "*.md",
        "services/*/README.md",
        "libs/*/README.md",
        "services/*/src/**/*.html",
    )
    for path in ROOT.glob(pattern)
)
# Longer than this wants a reason, which stands here.
LONGEST = 400
LONG_FOR_A_REASON: dict[str, str] = {}


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text())))


@pytest.fixture(scope="module", autouse=True)
def nothing_left():
    """Forget the nodes after the last test: kept, these millions of things slow down every test that comes after."""
    yield
    nodes.cache_clear()


def at(path: Path, node: ast.AST) -> str:
    return f"{relative(path)}:{node.lineno}"


def test_there_is_something_to_check():
    assert len(SOURCES) > 80
    assert len(TESTS) > 20
    assert len(KIT) > 20
    assert len(HANDLERS) >= 5


def test_the_kit_knows_no_noun_of_the_field():
    found = []
    for path in KIT:
        lines = [line for line in path.read_text().splitlines() if "_pb2" not in line]
        # A token's audience is a term of the JWT standard.
        known = [line for line in lines if NOUNS.search(line.replace("audience=", "").replace("AUDIENCE", ""))]
        found += [f"{relative(path)}: {line.strip()}" for line in known]
    assert not found


def test_a_person_is_they():
    known = re.compile(r"\b(she|hers?|herself|he|his|him|himself)\b", re.IGNORECASE)
    found = [
        f"{relative(path)}:{n}: {line.strip()}"
        for path in (*SOURCES, *TEXTS)
        for n, line in enumerate(path.read_text().splitlines(), 1)
        if known.search(line)
    ]
    assert len(TEXTS) > 80
    assert not found


def test_a_file_is_short_enough_to_read_from_top_to_bottom():
    lines = {relative(path): len(path.read_text().splitlines()) for path in SOURCES}
    assert {path: n for path, n in lines.items() if n > LONGEST and path not in LONG_FOR_A_REASON} == {}


def test_no_test_sleeps_or_replaces_our_own_code():
    sleeps = {"time.sleep", "sleep", "asyncio.sleep"}
    replaces = {"mock.patch", "patch", "Mock", "MagicMock", "mock.Mock", "monkeypatch.setattr"}
    calls = [(path, node) for path in TESTS for node in nodes(path) if isinstance(node, ast.Call)]
    found = [
        f"{at(path, node)}: {ast.unparse(node.func)}"
        for path, node in calls
        if ast.unparse(node.func) in sleeps | replaces
    ]
    assert len(calls) > 1000
    assert not found


def test_only_one_file_asks_the_machine_what_time_it_is():
    asked = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}
    asking = {
        relative(path)
        for path in SOURCES
        for node in nodes(path)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in asked
    }
    assert asking == {"libs/servicekit/src/servicekit/clock.py"}


def test_settings_are_read_by_main_only():
    """A module that reads the environment when it is imported cannot be tested with other settings."""
    inside = ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef | ast.If
    found = [
        at(path, node)
        for path in SOURCES
        for node in ast.parse(path.read_text()).body
        if not isinstance(node, inside)
        if "os.environ" in [ast.unparse(inner) for inner in ast.walk(node) if isinstance(inner, ast.Attribute)]
    ]
    assert not found


def test_handlers_decide_nothing_about_the_field():
    """A rule inside a handler cannot be used by a job or an event; handlers unpack, call and pack."""
    found = [at(path, node) for path in HANDLERS for node in nodes(path) if isinstance(node, ast.Raise)]
    assert not found, "a handler refuses; that is for a rule or a use case"


def test_rules_use_neither_clock_nor_database_nor_network():
    allowed = {"servicekit", "servicekit.refusals", "servicekit.calendar", "servicekit.text"}
    forbidden = {"sqlmodel", "sqlalchemy", "grpc", "nats", "psycopg", "cadre"}
    imports = [
        (at(path, node), name)
        for path in SOURCES
        if "rules" in path.with_suffix("").parts
        for node in nodes(path)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    ]
    assert imports

    def is_wrong(name):
        top = name.split(".")[0]
        return top in forbidden or (top == "servicekit" and name not in allowed)

    assert not [f"{where}: {name}" for where, name in imports if is_wrong(name)]


def test_one_module_imports_services_by_name_where_no_linter_sees_it():
    """Contracts are imported by name too: they are no service's code."""
    found = {
        relative(path)
        for path in SOURCES
        for node in nodes(path)
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in {"import_module", "__import__"}
        if not ast.unparse(node.args[0]).startswith("f'cadre.")
    }
    assert found == {"libs/cli/src/cadre_cli/roots.py"}


# The calls between back ends, each by its ADR: what calls, and whom.
EDGES = {"services/notification/src/notification/messages/contacts.py": {"directory"}}


def test_only_the_gateway_and_the_command_line_call_services():
    """No call between back ends: they keep the copies they need, fed by events. The one that there is has its ADR."""
    callers = {path.relative_to(ROOT) for path in SOURCES if "servicekit.rpc.client" in path.read_text()}
    beyond = {str(path) for path in callers if path.parts[1] not in {"gateway", "cli", "demo", "tools", "servicekit"}}
    assert beyond == EDGES.keys()
    for path, asked in EDGES.items():
        text = (ROOT / path).read_text()
        assert set(re.findall(r"from cadre\.(\w+)\.v1 import", text)) == asked
        assert set(re.findall(r'settings\.peers\["(\w+)"\]', text)) == asked
        assert "transaction" not in "".join(line for line in text.splitlines() if "def " in line)
    declared = {name: set(said.asks) for name, said in services().items() if said.asks}
    assert declared == {"notification": {"directory"}}


LOGGED = re.compile(r"^[a-z]+(_[a-z]+)*$")
# What names a person to others than those who may see them: log lines hold ids.
PERSONAL = {"name", "given_name", "family_name", "email", "telephone", "staff_number", "address"}


def _log_calls(path):
    for node in nodes(path):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            levels = {"debug", "info", "warning", "error", "exception", "critical"}
            if isinstance(node.func.value, ast.Name) and node.func.value.id == "log" and node.func.attr in levels:
                yield node


def test_log_lines_have_constant_names_and_ids_instead_of_people():
    calls = [(path, call) for path in SOURCES for call in _log_calls(path)]
    assert len(calls) > 20
    for path, call in calls:
        where = f"{relative(path)}:{call.lineno}"
        event = call.args[0] if call.args else None
        assert isinstance(event, ast.Constant), f"{where}: the event's name is put together, so nobody can count it"
        assert LOGGED.match(event.value), f"{where}: {event.value} is not snake_case"
        assert len(call.args) == 1, f"{where}: facts are given by name"
        personal = {keyword.arg for keyword in call.keywords} & PERSONAL
        assert not personal, f"{where}: {personal}"
