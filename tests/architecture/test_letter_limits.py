"""How long a text of a letter may be is said by its form and by its service: the same."""

from gateway.letters.letter_form import FIELDS
from gateway.web.declared import Line, Lines
from notification.letters.rules.letter import TEXTS


def test_the_form_of_a_letter_takes_as_much_as_the_service_keeps():
    said = {one.name: (one.most, isinstance(one, Lines)) for one in FIELDS if isinstance(one, Line)}
    # The series is chosen from those on record.
    kept = {name: (text.most, text.several) for name, text in TEXTS.items() if name != "series"}

    assert said == kept
