import re

import pytest

from cadre_cli.processes import BACK_ENDS
from cadre_tools.docs import metrics as metric_docs

ROWS = {(service, row.name): row for service in (*BACK_ENDS, "gateway") for row in metric_docs.rows_of(service)}


def test_the_page_of_metrics_says_what_the_processes_register():
    assert metric_docs.TARGET.read_text(encoding="utf-8") == metric_docs.page(), "run `make docs`"


def test_there_is_something_to_check():
    assert len(ROWS) > 150
    assert {service for service, _ in ROWS} == {*BACK_ENDS, "gateway"}


@pytest.mark.parametrize("service", [*BACK_ENDS, "gateway"])
def test_every_metric_has_a_name_of_ours_a_help_text_and_labels_whose_values_are_known(service):
    rows = [row for (of, _), row in ROWS.items() if of == service]
    assert rows
    for row in rows:
        assert re.fullmatch(r"cadre(_[a-z]+)+", row.name), row
        assert len(row.help) > 8, row
        assert set(row.labels) <= set(metric_docs.LABELS), row
        assert row.kind != "histogram" or row.name.endswith(("_seconds", "_calls")), row
        assert (row.kind == "counter") == row.name.endswith("_total"), row


def test_no_label_is_about_a_person_or_an_agency():
    about = {"person", "agency", "people", "user", "caller", "actor", "name", "email", "id", "trace"}
    assert not {label for row in ROWS.values() for label in row.labels} & about


def test_no_label_is_explained_that_nothing_has():
    assert {label for row in ROWS.values() for label in row.labels} == set(metric_docs.LABELS)
