"""How a roster file is divided into parts."""

from hypothesis import given
from hypothesis import strategies as st

from directory.rosters.rules.parts import divide

KEYS = st.integers(0, 30).map(str)


def test_a_file_is_divided_in_its_order_and_all_lines_of_a_person_are_in_one_part():
    people = [("a", [2, 9]), ("b", [3]), ("c", [4]), ("d", [5])]

    assert divide(people, [], 2) == [[2, 9, 3], [4, 5]]
    assert divide([], [], 2) == []


def test_who_exchange_addresses_are_in_one_part_with_whoever_is_tied_to_them():
    people = [("a", [2]), ("b", [3]), ("c", [4]), ("d", [5]), ("e", [6])]

    assert divide(people, [("a", "d"), ("d", "a")], 2) == [[2, 5], [3, 4], [6]]
    assert divide(people, [("e", "c"), ("c", "a")], 2) == [[2, 4, 6], [3, 5]], "more than fit, and still together"


@given(st.lists(KEYS, unique=True), st.lists(st.tuples(KEYS, KEYS)), st.integers(1, 5))
def test_every_line_is_in_one_part_and_no_tie_is_cut(keys, ties, most):
    people = [(key, [2 * n, 2 * n + 1]) for n, key in enumerate(keys)]
    ties = [tie for tie in ties if set(tie) <= set(keys)]

    parts = divide(people, ties, most)

    assert sorted(line for part in parts for line in part) == list(range(2 * len(keys)))
    part_of = {keys[line // 2]: n for n, part in enumerate(parts) for line in part}
    assert all(part_of[one] == part_of[other] for one, other in ties)
    if not ties:
        assert [len(part) for part in parts[:-1]] == [2 * most] * (len(parts) - 1)
