from evaluation.tests.recent import Recent


def test_the_oldest_is_forgotten_when_there_are_too_many():
    recent = Recent(2)
    for letter in "abc":
        recent.set(letter, letter.upper())

    assert [recent.get(letter) for letter in "abc"] == [None, "B", "C"]
