"""What was typed is shown by the words of the page that it was typed on."""

import pytest

from gateway.app import environment
from gateway.areas import OUTCOMES, ROUTERS
from gateway.web import labels

TEMPLATES = environment()


def shown(area, *fields):
    return labels.shown([*labels.of_area(TEMPLATES, area), labels.declared(OUTCOMES)], fields)


def test_a_letter_is_shown_by_the_labels_and_choices_of_its_form():
    said = shown(
        "letters",
        ("subject", "Half a letter"),
        ("addressees", "ALL IV-D DIRECTORS"),
        ("contact", "Ana"),
        ("asks", "CONFIRM"),
        ("units", "intake"),
        ("units", "locate"),
        ("topic", ""),
    )

    assert said["Subject"] == [("Half a letter", "")]
    assert said["To"] == [("ALL IV-D DIRECTORS", "")]
    assert [said for _, said in said["Staff are asked to"]] == ["Read and confirm"]
    assert [value for value, _ in said["Staff of these units"]] == ["intake", "locate"]
    assert "Topic" not in said


def test_a_name_that_two_forms_have_is_called_as_on_the_one_that_was_sent():
    returned = shown("letters", ("reason", "Say who pays"))
    leave = shown("letters", ("reason", "Parental"), ("start_date", "2027-01-04"), ("end_date", ""))

    assert list(leave) == ["Reason", "First day of leave"]
    assert len(returned) == 1


def test_what_no_page_shows_is_not_shown():
    assert "Opened" not in shown("courses", ("title", "One"), ("minutes", "5"), ("markdown", "x"), ("opened", "abc"))


def test_a_file_that_is_lost_is_said_by_its_name():
    assert shown("letters", ("title", "Chart"), ("file_not_kept", "chart.pdf"))["File"] == [("chart.pdf", "")]


@pytest.mark.parametrize("area", sorted({router.routes[0].endpoint.__module__.split(".")[1] for router in ROUTERS}))
def test_each_area_has_labels_without_names_of_fields(area):
    said = {label for one in labels.of_area(TEMPLATES, area) for label in one.fields.values()}

    assert [label for label in said if "_" in label or not label[0].isupper()] == []
