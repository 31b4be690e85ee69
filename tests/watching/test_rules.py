"""What Prometheus is given: valid, tested rules, and a page of the runbook behind every alert."""

import re
import shutil
import subprocess
from pathlib import Path

import yaml

from cadre_cli.processes import BACK_ENDS
from cadre_tools.docs import metrics as metric_docs

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "prometheus"
RULES = [
    rule
    for path in sorted((FOLDER / "rules").glob("*.yml"))
    for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
ALERTS = {rule["alert"]: rule for rule in RULES if "alert" in rule}
RECORDED = {rule["record"] for rule in RULES if "record" in rule}
TESTS = [
    test
    for path in sorted((FOLDER / "tests").glob("*.yml"))
    for test in yaml.safe_load(path.read_text(encoding="utf-8"))["tests"]
]
ROWS = [row for service in (*BACK_ENDS, "gateway") for row in metric_docs.rows_of(service)]
SHOWN = {row.name for row in ROWS} | {
    f"{row.name}{part}" for row in ROWS if row.kind == "histogram" for part in ("_bucket", "_count", "_sum")
}
# Prometheus's own, and the client's.
FOREIGN = {"up", "process_start_time_seconds"}


def promtool(*arguments):
    program = shutil.which("promtool")
    assert program, "promtool is missing: apt-get install --no-install-recommends prometheus"
    done = subprocess.run([program, *arguments], cwd=FOLDER, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def slugs(page):
    """The anchors of a page's headings, as they are made from their words."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_there_is_something_to_check():
    assert len(ALERTS) >= 20
    assert len(RECORDED) >= 15
    assert len(ALERTS) + len(RECORDED) == len(RULES), "a name is given twice"


def test_prometheus_accepts_the_configuration_and_the_rules():
    assert "2 rule files found" in promtool("check", "config", "prometheus.yml")


def test_the_rules_do_what_their_tests_say():
    files = sorted(str(path.relative_to(FOLDER)) for path in (FOLDER / "tests").glob("*.yml"))
    assert files
    assert "SUCCESS" in promtool("test", "rules", *files)


def test_every_alert_is_shown_to_fire_in_a_test():
    fired = {case["alertname"] for test in TESTS for case in test.get("alert_rule_test", ()) if case.get("exp_alerts")}
    assert set(ALERTS) <= fired


def leads_nowhere(alert):
    """What is wrong with where an alert leads, if anything."""
    path, _, anchor = alert["annotations"]["runbook_url"].partition("#")
    page = ROOT / path
    if page.parent != ROOT / "docs" / "runbook" or not page.is_file():
        return f"{path} is no page of the runbook"
    if anchor and anchor not in slugs(page):
        return f"{path} has no heading for {anchor}"
    return "" if "It worked when" in page.read_text(encoding="utf-8") else f"{path} does not say when it worked"


def test_every_alert_leads_to_a_part_of_the_runbook_that_is_there():
    assert {name: wrong for name, alert in ALERTS.items() if (wrong := leads_nowhere(alert))} == {}


def test_every_alert_says_how_urgent_it_is_and_what_is_the_matter():
    urgent = {name: alert["labels"]["severity"] for name, alert in ALERTS.items()}
    assert {name: said for name, said in urgent.items() if said not in {"page", "ticket"}} == {}
    assert [name for name, alert in ALERTS.items() if not alert["annotations"]["summary"]] == []


def test_every_page_of_the_runbook_is_named_on_its_first_page_and_every_link_leads_somewhere():
    folder = ROOT / "docs" / "runbook"
    first = (folder / "README.md").read_text(encoding="utf-8")
    pages = sorted(folder.glob("*.md"))
    assert len(pages) > 8
    assert not [page.name for page in pages if page.name != "README.md" and f"({page.name})" not in first]
    for page in pages:
        for target, anchor in re.findall(r"\]\(([\w./-]+\.md)(?:#([\w-]+))?\)", page.read_text(encoding="utf-8")):
            linked = (folder / target).resolve()
            assert linked.is_file(), f"{page.name} leads to {target}"
            assert not anchor or anchor in slugs(linked), f"{page.name} leads to {target}#{anchor}"


def figures_of(rule):
    # What is in quotes is a value of a label, what is in brackets after `by` or `on` its name.
    expression = re.sub(r'"[^"]*"|\b(by|on)\s*\([^)]*\)', " ", rule["expr"])
    return set(re.findall(r"[a-z_]*:[a-z0-9_:]+|cadre_[a-z_]+|\bup\b|process_[a-z_]+", expression))


def test_every_rule_reads_figures_that_there_are():
    read = {rule.get("alert") or rule["record"]: figures_of(rule) for rule in RULES}
    assert [name for name, figures in read.items() if not figures] == []
    unknown = {name: figures - SHOWN - RECORDED - FOREIGN for name, figures in read.items()}
    assert {name: figures for name, figures in unknown.items() if figures} == {}


def test_the_targets_of_containers_are_all_the_processes():
    listed = [
        (entry["labels"]["service"], target)
        for path in (FOLDER / "targets").glob("*.yml")
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))
        for target in entry["targets"]
    ]
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    shown = {
        f"{name}:{service['environment']['CADRE_METRICS_PORT']}"
        for name, service in compose.items()
        if "CADRE_METRICS_PORT" in service.get("environment", {})
    }
    assert {target for _, target in listed} == shown
    assert len(shown) == 2 * len(BACK_ENDS) + 1
    assert all(target.startswith(service) for service, target in listed)
