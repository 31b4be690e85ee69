"""Dashboards are what the code says, and ask only for figures that there are."""

import json
import re

import pytest
import yaml

from cadre_cli.processes import BACK_ENDS
from cadre_tools.dashboards import write
from cadre_tools.docs import metrics as metric_docs

RULES = write.FOLDER.parents[1] / "prometheus" / "rules" / "recording.yml"
PROVISIONING = write.FOLDER.parent / "provisioning"


@pytest.mark.parametrize("board", write.BOARDS, ids=lambda board: board.uid)
def test_a_dashboards_json_is_what_its_code_says(board):
    assert write.path_of(board).read_text(encoding="utf-8") == write.text_of(board), "run `make dashboards`"


@pytest.mark.parametrize("board", write.BOARDS, ids=lambda board: board.uid)
def test_a_dashboard_says_what_it_is_about_and_every_panel_has_a_title_and_a_query(board):
    made = json.loads(write.text_of(board))
    panels = [panel for panel in made["panels"] if panel["type"] != "row"]
    assert made["description"]
    assert len(panels) >= 8
    assert len({panel["id"] for panel in made["panels"]}) == len(made["panels"])
    for panel in panels:
        assert panel["title"]
        assert panel["targets"]
        assert panel["datasource"]["uid"] == "prometheus"


def test_every_dashboard_that_is_committed_is_made():
    assert len(write.BOARDS) == 8
    assert {path.name for path in write.FOLDER.iterdir()} == {write.path_of(board).name for board in write.BOARDS}


def test_every_metric_of_ours_is_on_a_dashboard():
    shown = "".join(write.text_of(board) for board in write.BOARDS)
    recorded = {
        rule["record"]: rule["expr"]
        for group in yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
        for rule in group["rules"]
    }
    for name, expression in recorded.items():
        if name in shown:
            shown += expression
    read = set(re.findall(r"cadre_[a-z_]+", shown))
    rows = {row.name for service in (*BACK_ENDS, "gateway") for row in metric_docs.rows_of(service)}
    unseen = {row for row in rows if row not in read and not {f"{row}_bucket", f"{row}_count"} & read}
    # What only alerts, and people with a question, read.
    assert unseen == {
        "cadre_agencies",
        "cadre_audience_people",
        "cadre_course_versions",
        "cadre_job_last_run_seconds",
        "cadre_job_next_run_seconds",
        "cadre_measure_failures_total",
        "cadre_measure_last_success_timestamp_seconds",
        "cadre_reaction_oldest_waiting_days",
        "cadre_running_rosters",
    }


def test_grafana_is_given_the_data_source_and_the_folder_that_the_dashboards_name():
    (source,) = yaml.safe_load((PROVISIONING / "datasources" / "prometheus.yml").read_text())["datasources"]
    assert (source["uid"], source["type"]) == ("prometheus", "prometheus")
    (provider,) = yaml.safe_load((PROVISIONING / "dashboards" / "cadre.yml").read_text())["providers"]
    compose = yaml.safe_load((write.FOLDER.parents[2] / "docker-compose.yml").read_text())["services"]["grafana"]
    assert f"./deploy/grafana/dashboards:{provider['options']['path']}:ro" in compose["volumes"]
