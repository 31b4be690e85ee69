"""A real Prometheus watches all that runs: panels find data, labels are bounded, figures are those of the pages."""

import csv
import dataclasses
import importlib
import io
import json
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
import yaml
from fastapi import FastAPI
from google.rpc import code_pb2
from prometheus_client.parser import text_string_to_metric_families

from cadre.notification.v1 import readiness_service_pb2 as pb
from cadre_cli.processes import BACK_ENDS, PROCESSES
from cadre_cli.supervisor import read_state
from cadre_cli.targets import targets_of
from cadre_demo import story
from cadre_tools.dashboards import write
from cadre_tools.docs import metrics as metric_docs
from servicekit.background.audits import Audits
from servicekit.embedded.process import GuardedProcess, free_port
from servicekit.settings import Settings
from servicekit.testing.unencrypted import NO_AUTHORITIES
from servicekit.testing.waiting import wait_until

pytestmark = [pytest.mark.system, pytest.mark.timeout(240)]

ROOT = metric_docs.ROOT
LEARNERS = 30
# Of nothing there is no mean and no share: they appear with the first answer that is told.
MEANS = {"cadre_reaction_mean", "cadre_test_pass_ratio", "cadre_test_first_pass_ratio"}


@pytest.fixture(scope="module")
def watched(cadre):
    """A letter that some have learned, and pages that were opened: there is something to see."""
    letter = dataclasses.replace(cadre.content.letter, subject=f"{cadre.content.letter.subject} (watched)")
    content = dataclasses.replace(cadre.content, letter=letter)
    issued = story.issue_letter(cadre.access, cadre.cast, content, cadre.course_version)
    story.confirm_for_agencies(cadre.access, cadre.cast, issued.notice, lambda *_: None)
    people = story.choose_learners(cadre.access, cadre.cast, issued.notice, LEARNERS).to_go
    story.train(cadre.access, issued.notice, people, content, lambda *_: None)
    story.wait_until_trained(cadre.access, cadre.cast, issued.notice, len(people))
    url = cadre.supervisor.gateway_url
    with httpx.Client(
        verify=NO_AUTHORITIES, base_url=url, headers={"origin": url}, follow_redirects=True, timeout=30
    ) as analyst:
        assert analyst.post("/sign-in", data={"person": cadre.cast.analyst}).status_code == 200
        assert analyst.get("/no-such-page").status_code == 404
        yield SimpleNamespace(notice=issued.notice, analyst=analyst, page=f"/letters/{id_of(issued.notice)}")


@pytest.fixture(scope="module")
def prometheus(cadre, watched, tmp_path_factory):
    """Prometheus by our configuration, with the targets of what runs and no patience: each second."""
    program = shutil.which("prometheus")
    assert program, "prometheus is missing: apt-get install --no-install-recommends prometheus"
    folder, port = tmp_path_factory.mktemp("prometheus"), free_port()
    shutil.copytree(ROOT / "deploy" / "prometheus" / "rules", folder / "rules")
    (folder / "targets").mkdir()
    (folder / "targets" / "cadre.yml").write_text(targets_of(cadre.supervisor.data_dir))
    config = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text())
    config["global"] |= {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
    config["scrape_configs"][1]["static_configs"][0]["targets"] = [f"localhost:{port}"]
    del config["alerting"]
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    process = GuardedProcess(
        [
            program,
            f"--config.file={folder}/prometheus.yml",
            f"--storage.tsdb.path={folder}/data",
            f"--web.listen-address=127.0.0.1:{port}",
        ],
        log=folder / "prometheus.log",
        env={},
    )
    with httpx.Client(verify=NO_AUTHORITIES, base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        asked = Prometheus(client)
        wait_until(asked.is_ready, lambda: (folder / "prometheus.log").read_text()[-2000:])
        yield asked
    process.stop()


@dataclasses.dataclass
class Prometheus:
    client: httpx.Client

    def is_ready(self):
        try:
            return self.client.get("/-/ready").status_code == 200
        except httpx.TransportError:
            return False

    def ask(self, query):
        """The vector that a query gives now: (labels, value)."""
        answer = self.client.get("/api/v1/query", params={"query": query}).json()
        assert answer["status"] == "success", (query, answer)
        return [(row["metric"], float(row["value"][1])) for row in answer["data"]["result"]]

    def one(self, query):
        rows = self.ask(query)
        return rows[0][1] if len(rows) == 1 else None


def id_of(notice):
    return notice.name.removeprefix("notices/")


def test_prometheus_finds_every_process_by_what_the_command_says(cadre, prometheus):
    names = {process.name for process in PROCESSES}

    def up():
        return {row["service"] for row, value in prometheus.ask('up{job="cadre"}') if value == 1}

    wait_until(lambda: up() == names, up)


@pytest.mark.parametrize("board", write.BOARDS, ids=lambda board: board.uid)
def test_every_panel_of_a_dashboard_finds_data(watched, prometheus, board):
    panels = json.loads(write.path_of(board).read_text())["panels"]
    queries = {
        f"{panel['title']}: {target['expr']}": target["expr"] for panel in panels for target in panel.get("targets", ())
    }
    assert len(queries) >= 8

    def without_data():
        # Rates need something that happens while Prometheus looks.
        watched.analyst.get(watched.page)
        return [title for title, query in queries.items() if not prometheus.ask(query)]

    wait_until(lambda: not without_data(), without_data)


def test_no_alert_about_the_machinery_fires_on_a_quiet_system(prometheus):
    rules = prometheus.client.get("/api/v1/rules", params={"type": "alert"}).json()["data"]["groups"]
    alerts = [rule for group in rules for rule in group["rules"]]
    assert len(alerts) >= 20
    assert {alert["name"]: alert.get("lastError") for alert in alerts if alert["health"] == "err"} == {}
    assert {alert["name"] for alert in alerts if alert["state"] == "firing"} == set()


def shown(cadre):
    """Every sample that every process shows: (process, metric, type, sample)."""
    for row in read_state(cadre.supervisor.data_dir)["processes"]:
        if row["name"] in {process.name for process in PROCESSES}:
            text = httpx.get(f"http://127.0.0.1:{row['metrics_port']}/metrics", verify=NO_AUTHORITIES).text
            for family in text_string_to_metric_families(text):
                for sample in family.samples:
                    yield row["name"], family, sample


def allowed():
    """What the values of each label may be, from contracts, reference data and code, not from what is shown."""
    apps = {service: importlib.import_module(f"{service}.app").APP for service in BACK_ENDS}
    protos = (path.relative_to(ROOT / "proto").with_suffix("") for path in (ROOT / "proto").rglob("*_service.proto"))
    contracts = [importlib.import_module(".".join(path.parts) + "_pb2") for path in protos]
    services = [service for contract in contracts for service in contract.DESCRIPTOR.services_by_name.values()]
    pages = FastAPI()
    for router in importlib.import_module("gateway.areas").ROUTERS:
        pages.include_router(router)
    kit = [
        importlib.import_module("servicekit.background.figures").DATABASE,
        Audits((), lambda _since: 0, list).measure,
    ]
    watch = importlib.import_module("gateway.watch")
    measures = [*kit, *watch.MEASURES, *(measure for app in apps.values() for measure in app.measures)]
    gateway_tables = importlib.import_module("gateway.identity.tables").metadata.tables
    words = r"[a-z][a-z -]*"
    sets = {
        "method": {f"{service.name}/{method.name}" for service in services for method in service.methods}
        | {"GET", "HEAD", "POST", "other"},
        "code": set(code_pb2.Code.keys()),
        "subject": {subscription.subject for app in apps.values() for subscription in app.subscriptions},
        "consumer": {f"{name}-{heard.stream}" for name, app in apps.items() for heard in app.subscriptions},
        "route": set(pages.openapi()["paths"]) | {"unknown", "/static", "/healthz", "/readyz"},
        "measure": {measure.name for measure in measures},
        "table": {table for app in apps.values() for table in app.metadata.tables}
        | set(gateway_tables)
        | {"alembic_version"},
    }
    forms = {
        "status": r"[1-5]\d\d",
        "notice": r"[A-Z]+[A-Za-z ]* [0-9A-Z-]+",
        "course": r"[a-z0-9-]+",
        "question": r"[a-z_-]+",
        "test": r"[a-z0-9-]+",
        "job": r"[a-z_-]+|rebuild/[a-z_-]+",
        "task": r"[a-z_-]+",
        "audit": r"[a-z_]+\.[a-z_]+",
        "le": r"[0-9.e+-]+|\+Inf",
        "generation": r"[0-2]",
        # Of an agency, a completion, or a message: `letter.issued`.
        "kind": r"[a-z][a-z ._-]*",
        **dict.fromkeys(("state", "standing", "confirmation", "outcome", "source"), words),
    }
    return sets, {label: re.compile(form) for label, form in forms.items()}


def test_every_label_of_every_process_has_a_value_from_a_known_set_and_every_metric_says_what_it_is(cadre, watched):
    sets, forms = allowed()
    seen = 0
    for process, family, sample in shown(cadre):
        assert family.documentation, f"{process} {family.name}"
        for label, value in sample.labels.items():
            seen += 1
            known = value in sets[label] if label in sets else bool(forms[label].fullmatch(value))
            assert known, f"{process} {sample.name}: {label}={value!r}"
            # Nothing that could be a person's: neither an id nor an address.
            assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}|@", value), f"{process} {sample.name}: {label}={value!r}"
    assert seen > 2000


def test_the_number_of_series_of_a_process_is_bounded(cadre, watched):
    series = {}
    for process, _, _ in shown(cadre):
        series[process] = series.get(process, 0) + 1
    assert set(series) == {process.name for process in PROCESSES}
    # As many as there are methods, routes and rules, each with its steps of time; none for an agency or a person.
    sets, _ = allowed()
    assert max(series.values()) < 20 * (len(sets["method"]) + len(sets["route"])), series


@pytest.mark.parametrize("process", [process.name for process in PROCESSES])
def test_what_a_process_shows_is_what_the_page_of_metrics_lists(cadre, watched, process):
    app = importlib.import_module(f"{process}.app")
    # A service that hears nobody has no consumers to show; one whose writes share no transaction, or that defers
    # nothing, shows neither.
    absent = set()
    if process != metric_docs.GATEWAY:
        absent |= set() if app.APP.subscriptions else {"consumer", "subject"}
        tasks = [*app.APP.tasks, *app.APP.make_tasks(Settings(service=process))]
        absent |= set() if tasks else {"task"}
    listed = {row.name for row in metric_docs.rows_of(process) if not absent & {*row.labels}}
    sources = Path(app.__file__).parent.rglob("*.py")
    if not any("self.in_company(" in source.read_text() for source in sources):
        listed -= {"cadre_transaction_calls"}

    def running():
        families = [family for name, family, _ in shown(cadre) if name == process and family.name.startswith("cadre_")]
        return {f"{family.name}_total" if family.type == "counter" else family.name for family in families}

    wait_until(lambda: running() - MEANS == listed - MEANS, lambda: running() ^ listed)
    assert running() <= listed


def test_d61_the_page_the_file_the_api_and_prometheus_give_the_same_number(cadre, watched, prometheus):
    notice = watched.notice
    called = f"{notice.series} {notice.number}"
    request = pb.GetReadinessRequest(notice=notice.name)
    state = cadre.access.ask(cadre.access.readiness.GetReadiness, request, person=cadre.cast.analyst)
    counts = state.state
    by_api = {
        "ready": counts.ready,
        "on leave": counts.on_leave,
        "not started": counts.not_started,
        "in progress": counts.of - counts.ready - counts.on_leave - counts.not_started,
    }
    assert sum(by_api.values()) == counts.of > 200
    assert counts.ready >= LEARNERS

    def by_prometheus():
        return {row["standing"]: value for row, value in prometheus.ask(f'cadre_notice_staff{{notice="{called}"}}')}

    wait_until(lambda: by_prometheus() == by_api, lambda: f"{by_prometheus()} and {by_api}")
    assert prometheus.one(f'cadre_notice_overdue_staff{{notice="{called}"}}') == counts.overdue
    confirmed = prometheus.one(f'cadre_notice_agencies{{notice="{called}", confirmation="confirmed"}}')
    assert confirmed == state.agencies_confirmed == 44

    text = watched.analyst.get(f"{watched.page}/agencies.csv").content.decode("utf-8-sig")
    *agencies, whole = csv.DictReader(io.StringIO(text))
    assert len(agencies) == len(state.agencies)
    in_file = {name: int(whole[name]) for name in ("Staff", "Ready", "Not started", "On leave", "Past due", "Trained")}
    assert in_file == {
        "Staff": counts.of,
        "Ready": counts.ready,
        "Not started": counts.not_started,
        "On leave": counts.on_leave,
        "Past due": counts.overdue,
        "Trained": counts.trained,
    }
    assert sum(bool(row["Confirmed"]) for row in agencies) == confirmed

    page = re.sub(r"<[^>]+>|\s+", " ", watched.analyst.get(watched.page).text)
    assert re.search(rf"Staff ready +{counts.ready:,} +of {counts.at_work:,}\b", page), page[:2000]


def test_d04_no_membership_of_an_audience_drifts(cadre, watched, prometheus):
    wait_until(lambda: prometheus.one("cadre:audience_drift:rows") is not None, "the audit has not run")
    assert prometheus.one("cadre:audience_drift:rows") == 0
