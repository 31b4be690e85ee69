import pytest
from hypothesis import given
from hypothesis import strategies as st

from curriculum.courses.rules import captions
from servicekit.refusals import InvalidField

MINUTE = 60_000


def at(milliseconds):
    minutes, rest = divmod(milliseconds, MINUTE)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def vtt(*cues):
    return "WEBVTT\n\n" + "\n".join(f"{at(start)} --> {at(end)}\nSaid.\n" for start, end in cues)


@pytest.mark.parametrize(
    ("cues", "covered", "enough"),
    [
        ([(0, MINUTE)], MINUTE, True),
        # Pauses of up to five seconds, also before the first and after the last, are no gaps.
        ([(5_000, 20_000), (25_000, 55_000)], MINUTE, True),
        # 5.001 seconds are one, and count from end to beginning.
        ([(0, 20_000), (25_001, MINUTE)], MINUTE - 5_001, False),
        # The end is missing.
        ([(0, 50_000)], 50_000, False),
        ([(0, 54_999), (0, 10_000)], 54_999, False),
        # One inside another, and one that goes on after the end.
        ([(0, 2 * MINUTE), (1_000, 2_000)], MINUTE, True),
        # All of it after the end.
        ([(MINUTE + 6_000, 2 * MINUTE)], 0, False),
    ],
)
def test_captions_cover_a_film_from_its_beginning_to_its_end(cues, covered, enough):
    """D138: captions of the first minute are no captions of the film."""
    assert captions.covered_milliseconds(vtt(*cues), MINUTE) == covered
    assert captions.cover(vtt(*cues), MINUTE) is enough


@given(st.lists(st.tuples(st.integers(0, 90_000), st.integers(1, 20_000)), min_size=1, max_size=20))
def test_more_captions_never_cover_less_and_never_more_than_the_film(starts):
    cues = [(start, start + long) for start, long in starts]
    covered = [captions.covered_milliseconds(vtt(*cues[: n + 1]), MINUTE) for n in range(len(cues))]
    assert covered == sorted(covered)
    assert covered[-1] <= MINUTE


@pytest.mark.parametrize(
    "given",
    [
        "",
        "Hello",
        "WEBVTT",
        "1\n00:00:01,000 --> 00:00:04,000\nSubRip, which is another form",
        "WEBVTT\n\n00:05.000 --> 00:01.000\nEnds before it begins\n",
        "WEBVTT\n\n00:00,000 --> 00:01,000\nA comma\n",
        "WEBVTT\n\n00:00.000 --> 00:01.000\n \n",
    ],
)
def test_what_is_no_webvtt_is_refused_and_covers_nothing(given):
    with pytest.raises(InvalidField):
        captions.read(given, field="captions")
    assert captions.covered_milliseconds(given, MINUTE) == 0


def test_what_programs_write_around_captions_is_taken():
    head = "\ufeffWEBVTT - A call\n\nNOTE by hand\n\nSTYLE\n::cue { color: white }\n\n"
    given = f"{head}1\n00:00.000 --> 01:00.000 line:0\nYes.\n"
    captions.read(given, field="captions")
    assert captions.cover(given, MINUTE)


def test_a_film_of_no_length_is_covered_by_nothing():
    assert not captions.cover(vtt((0, MINUTE)), 0)
