"""What of a meeting leaves as a file: the packet on paper, and the meeting for a calendar."""

import io
from datetime import UTC, datetime, timedelta

import pikepdf
import pypdfium2
import pytest
from icalendar import Calendar

from cadre.partnership.v1 import meeting_service_pb2 as pb
from gateway.committees import dating, typesetting
from gateway.feeds import dates
from gateway.feeds.told import Site

AT = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
OURS = "https://cadre.example.org"
TEXT = """#### What it costs

Not *much*, **as said**: `#import "x"` is $5 and [here](https://example.org/a) or [there](javascript:alert(1)).

###### Too deep

1. One
   - Two
2. Three

| Year | Cost |
| --- | --- |
| 2026 | 5 |

> Said before.

    as typed

![A chart](https://example.org/chart.png)
"""


def read(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())


def test_a_text_is_set_on_tagged_paper_word_by_word_and_the_same_to_the_same_bytes():
    parts = [typesetting.heading(2, "Paper 1"), *typesetting.blocks(TEXT, 2)]

    made = typesetting.pdf("Packet #1 of *all*", "STSC", parts, AT)

    assert made == typesetting.pdf("Packet #1 of *all*", "STSC", parts, AT)
    assert made != typesetting.pdf("Packet #1 of *all*", "STSC", [*parts, typesetting.small("More")], AT)
    said = read(made)
    for words in (
        "Packet #1 of *all*",
        'Not much, as said: #import "x" is $5 and here or [there](javascript:alert(1)).',
        "1. One",
        "2026 5",
        "Said before.",
        "A chart",
    ):
        assert words in said
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert "pdfuaid" in pdf.Root.Metadata.read_bytes().decode()
        links = [str(one.A.URI) for page in pdf.pages for one in page.get("/Annots", [])]
        assert links == ["https://example.org/a"]


def test_headings_of_a_text_go_on_from_those_above_it_and_skip_none():
    levels = [one["level"] for one in typesetting.blocks("### A\n\n###### B\n\n# C\n\n## D\n\n###### E", 2)]

    assert levels == [3, 4, 3, 4, 5]


def test_a_text_in_any_writing_is_set():
    made = typesetting.pdf("Reunión 会议 🗓", "STSC", typesetting.said("Ntawv, ճանապարհ, ภาษาไทย"), AT)

    assert "Ntawv" in read(made)
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert pdf.Root.MarkInfo.Marked


@pytest.mark.parametrize(
    "text",
    [
        "> " * 60 + "deep",
        "\n".join("  " * depth + "- x" for depth in range(9)),
        "*a **b " * 60 + "c" + "** d*" * 60,
        "|" + "a|" * 300 + "\n|" + "-|" * 300 + "\n|" + "b|" * 300,
        "#\n\n- \n\n1.\n\n>\n\n[](https://example.org) ![]() []()",
        "a\ufeffb\u200ec\u00add",
    ],
    ids=["quotes", "lists", "emphasis", "columns", "empty", "signs"],
)
def test_whatever_is_written_is_set(text):
    assert read(typesetting.pdf("T", "f", typesetting.blocks(f"{text}\n\nThe end.", 2), AT)).count("The end.") == 1


def event(made: bytes):
    calendar = Calendar.from_ical(made)
    (found,) = calendar.walk("VEVENT")
    return str(calendar["method"]), found


def test_a_meeting_is_the_same_event_in_its_file_and_in_the_feed_and_grows_as_it_moves_and_is_canceled():
    meeting = pb.Meeting(name="bodies/stsc/meetings/5f0c", title="Spring", zone="America/Chicago", sequence=2)
    meeting.state = pb.Meeting.CALLED
    meeting.call_time.FromDatetime(AT)
    meeting.start_time.FromDatetime(AT + timedelta(days=10))
    meeting.end_time.FromDatetime(AT + timedelta(days=10, hours=1))

    method, called = event(dating.file_of(meeting, OURS))
    _, fed = event(dates.calendar(Site(OURS, "/{id}"), "My dates", [], [meeting]))
    meeting.start_time.FromDatetime(AT + timedelta(days=11))
    meeting.sequence = 3
    _, moved = event(dating.file_of(meeting, OURS))
    meeting.state, meeting.sequence, meeting.cancel_reason = pb.Meeting.CANCELLED, 4, "Nobody can come"
    last, gone = event(dating.file_of(meeting, OURS))

    assert (method, last) == ("PUBLISH", "CANCEL")
    assert called == fed
    assert {str(one["uid"]) for one in (called, moved, gone)} == {"meeting-5f0c@cadre.example.org"}
    assert [one["sequence"] for one in (called, moved, gone)] == [2, 3, 4]
    assert [str(one["status"]) for one in (called, moved, gone)] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert called["dtstart"].dt == AT + timedelta(days=10)
    assert "11 a.m. to noon Central (9 to 10 a.m. Pacific)" in called["description"]
    assert "Nobody can come" in gone["description"]
