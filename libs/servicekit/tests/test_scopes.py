"""How far a right reaches: all of a resource and what is in it, or some of what is in it."""

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool
from hypothesis import given
from hypothesis import strategies as st

from cadre.options.v1 import options_pb2
from servicekit.refusals import PermissionMissing
from servicekit.rpc.calls import Scope, authorizer
from servicekit.rpc.tokens import Principal

IDS = st.sampled_from(["a", "b", "ab"])
SHELVES = IDS.map("shelves/{}".format)
BOOKS = st.tuples(IDS, IDS).map(lambda ids: "shelves/{}/books/{}".format(*ids))
HELD = st.frozensets(SHELVES | BOOKS, max_size=4)


def scope(*resources, whole=False):
    return Scope(whole, frozenset(resources), "")


@given(HELD, SHELVES, IDS)
def test_what_reaches_a_shelf_reaches_each_of_its_books_and_a_book_no_shelf(held, shelf, book):
    reach = scope(*held)

    assert reach.allows(shelf) == (shelf in held)
    assert reach.allows(f"{shelf}/books/{book}") == (shelf in held or f"{shelf}/books/{book}" in held)


@given(HELD, SHELVES)
def test_a_part_is_all_or_the_books_that_are_reached(held, shelf):
    reach, part = scope(*held), scope(*held).part(shelf, "books")

    assert (part is None) == reach.allows(shelf)
    assert reach.touches(shelf) == (part is None or bool(part))
    for book in "a", "b", "ab":
        assert reach.allows(f"{shelf}/books/{book}") == (part is None or book in part)


@given(HELD)
def test_shelves_and_books_together_are_all_that_is_reached(held):
    reach = scope(*held)
    shelves, books = reach.ids("shelves"), reach.parts("shelves", "books")

    assert {f"shelves/{shelf}" for shelf in shelves} == {name for name in held if "/books/" not in name}
    for shelf in "a", "b", "ab":
        for book in "a", "b", "ab":
            assert reach.allows(f"shelves/{shelf}/books/{book}") == (shelf in shelves or (shelf, book) in books)
    assert not {shelf for shelf, _ in books} & shelves, "of a whole shelf no book is said"


@given(HELD, HELD, SHELVES | BOOKS)
def test_two_grants_reach_what_either_does_and_never_less(one, other, resource):
    both = scope(*one, *other)

    assert both.allows(resource) == (scope(*one).allows(resource) or scope(*other).allows(resource))
    assert both.touches(resource) == (scope(*one).touches(resource) or scope(*other).touches(resource))


@given(HELD, SHELVES | BOOKS)
def test_the_whole_reaches_everything_and_nothing_reaches_nothing(held, resource):
    assert scope(*held, whole=True).allows(resource)
    assert scope(*held, whole=True).part("shelves/a", "books") is None
    assert not scope().touches(resource)


@pytest.mark.parametrize(
    ("level", "held", "named", "allowed"),
    [
        (options_pb2.AGENCY, "shelves/a", "shelves/a", True),
        (options_pb2.AGENCY, "shelves/a/books/b", "shelves/a", False),
        (options_pb2.UNIT, "shelves/a/books/b", "shelves/a", True),
        (options_pb2.UNIT, "shelves/a/books/b", "shelves/a/books/b", True),
        (options_pb2.UNIT, "shelves/a/books/b", "shelves/a/books/c", False),
        (options_pb2.UNIT, "shelves/a/books/b", "shelves/ab", False),
        (options_pb2.UNIT, "shelves/a", "shelves/a/books/c", True),
        (options_pb2.UNIT, "shelves/a/books/b", "", False),
        (options_pb2.UNIT, "state", "shelves/a", True),
    ],
)
def test_a_method_for_a_unit_may_be_called_for_what_the_right_touches(level, held, named, allowed):
    check = authorizer(method("shelves.read", level))
    principal = Principal("people/1", {"shelves.read": frozenset({held})})
    request = options_pb2.Permission(right=named)
    if allowed:
        assert check(principal, request).touches(named)
    else:
        with pytest.raises(PermissionMissing):
            check(principal, request)


def method(right, level):
    """A method whose request says in its field *right* what is asked for."""
    file = descriptor_pb2.FileDescriptorProto(
        name=f"shelves_{level}.proto", package=f"shelves{level}", dependency=["cadre/options/v1/options.proto"]
    )
    service = file.service.add(name="Shelves")
    made = service.method.add(
        name="GetShelf", input_type=".cadre.options.v1.Permission", output_type=".cadre.options.v1.Permission"
    )
    made.options.Extensions[options_pb2.permission].CopyFrom(
        options_pb2.Permission(right=right, scope=level, field="right")
    )
    pool = descriptor_pool.Default()
    try:
        found = pool.FindServiceByName(f"shelves{level}.Shelves")
    except KeyError:
        pool.AddSerializedFile(file.SerializeToString())
        found = pool.FindServiceByName(f"shelves{level}.Shelves")
    return found.methods_by_name["GetShelf"]
