"""Pages of one's own training and record."""

from .common import BIG_COORDINATOR, COORDINATOR, SPECIALIST

RECORD = "/agencies/{agency_id}/people/{person_id}/record"
ROWS = [
    ("/training", SPECIALIST, "/training"),
    ("/training/letters", SPECIALIST, "/training/letters"),
    ("/record", SPECIALIST, "/record"),
    ("/record", BIG_COORDINATOR, "/record?year=0"),
    ("/record/print", BIG_COORDINATOR, "/record/print"),
    (RECORD, COORDINATOR, "/agencies/lake/people/{worker}/record"),
    (RECORD + "/print", COORDINATOR, "/agencies/lake/people/{worker}/record/print"),
    ("/training/letters", SPECIALIST, "/training/letters?query=nothing-has-this-word"),
    ("/training/{letter_id}", COORDINATOR, "/training/{letter}"),
    ("/training/{letter_id}", COORDINATOR, "/training/{withdrawn}"),
    ("/training/{letter_id}", BIG_COORDINATOR, "/training/{letter}"),
    ("/training/{letter_id}/letter", SPECIALIST, "/training/{letter}/letter"),
    ("/training/{letter_id}/why", SPECIALIST, "/training/{letter}/why"),
    ("/training/{letter_id}/course", BIG_COORDINATOR, "/training/{letter}/course"),
    ("/training/{letter_id}/course/{number}", BIG_COORDINATOR, "/training/{letter}/course/2"),
    ("/training/{letter_id}/course/{number}", BIG_COORDINATOR, "/training/{letter}/course/4"),
    ("/training/{letter_id}/test", BIG_COORDINATOR, "/training/{letter}/test"),
    ("/training/{letter_id}/test/{sitting_id}", BIG_COORDINATOR, "/training/{letter}/test/{failed}"),
    ("/training/{letter_id}/test/{sitting_id}", BIG_COORDINATOR, "/training/{letter}/test/{passed}"),
    ("/training/{letter_id}/test/{sitting_id}", BIG_COORDINATOR, "/training/{letter}/test/{open}"),
    ("/training/{letter_id}/done", BIG_COORDINATOR, "/training/{letter}/done"),
    ("/training/{letter_id}/reaction", BIG_COORDINATOR, "/training/{letter}/reaction"),
]
# Other tests fetch these files.
DOWNLOADS = {
    "/agencies/{agency_id}/people/{person_id}/record.csv",
    "/record.csv",
}


def chosen(question, *, right):
    """Options that are right, or not; one of them where one may be chosen."""
    options = [n for n, choice in enumerate(question.choices) if choice.correct is right]
    return options if question.kind == "multiple" else options[:1]
