"""What a handler sees of a call, and how a service answers its contract.

A servicer is a plain class with one method per RPC, `def GetThing(self, request, call) -> answer`. What the contract
says of a method, the right and how far it must reach, is checked here before the method runs.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, TypeVar, cast

from google.protobuf.descriptor import Descriptor, MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message

from cadre.options.v1 import options_pb2
from servicekit.data.company import Asked, Company, Group, What
from servicekit.data.db import Database, Db
from servicekit.paging import DEFAULT_SIZE, MOST, Page, page_of
from servicekit.refusals import InvalidField, PermissionMissing
from servicekit.rpc.tokens import SELF, WHOLE, Principal

W = TypeVar("W", bound=What)
R = TypeVar("R")
A = TypeVar("A", bound=Message)

_LONGEST_REQUEST_ID = 64


@dataclass(frozen=True)
class Scope:
    """How far the caller's right reaches for this method.

    What reaches a resource reaches all that is in it: `shelves/a` reaches `shelves/a/books/b`, and not the other way.
    """

    whole: bool
    resources: frozenset[str]
    person: str

    def ids(self, collection: str) -> frozenset[str]:
        """Return the ids of the resources of *collection* that it reaches as a whole.

        `ids("shelves")` of `shelves/a` and `shelves/b/books/c` is `a`.
        """
        prefix = f"{collection}/"
        ids = (name.removeprefix(prefix) for name in self.resources if name.startswith(prefix))
        return frozenset(id_ for id_ in ids if "/" not in id_)

    def allows(self, resource: str) -> bool:
        """Whether it reaches all of *resource*."""
        return self.whole or any(_holds(held, resource) for held in self.resources)

    def touches(self, resource: str) -> bool:
        """Whether it reaches *resource*, or something in it."""
        return self.allows(resource) or any(_holds(resource, held) for held in self.resources)

    def part(self, resource: str, collection: str) -> frozenset[str] | None:
        """Return the ids of what it reaches of *collection* in *resource*; None = all of the resource.

        `part("shelves/a", "books")` of `shelves/a/books/b` is `b`; of `shelves/a` it is None, of `shelves/c` nothing.
        """
        if self.allows(resource):
            return None
        within = Scope(whole=False, resources=self.resources, person="")
        return within.ids(f"{resource}/{collection}")

    def parts(self, collection: str, inner: str) -> frozenset[tuple[str, str]]:
        """Return what it reaches of *inner* in resources of *collection* which it does not reach as a whole.

        `parts("shelves", "books")` of `shelves/a/books/b` is `(a, b)`.
        """
        owners = {name.removeprefix(f"{collection}/").partition("/")[0] for name in self.resources}
        found = ((owner, self.part(f"{collection}/{owner}", inner)) for owner in owners)
        return frozenset((owner, id_) for owner, ids in found for id_ in ids or ())


def _holds(outer: str, resource: str) -> bool:
    return resource == outer or resource.startswith(f"{outer}/")


@dataclass(frozen=True)
class Call:
    """The call in hand: who asks, how far the right reaches, and the one clock of this call."""

    method: str
    principal: Principal
    scope: Scope
    now: datetime


class Servicer:
    """Base of a service's handlers."""

    # The service of the contract that this class answers.
    service: ClassVar[ServiceDescriptor]

    _page_key: bytes

    def __init__(self, database: Database) -> None:
        self.database = database
        self.companies: list[Company[Any, Any]] = []
        self._formerly = self.service.GetOptions().Extensions[options_pb2.formerly]

    def names(self) -> list[str]:
        """Return the full names under which it is called: its own, and the one that its methods had before."""
        package = self.service.file.package
        return [self.service.full_name, *([f"{package}.{self._formerly}"] if self._formerly else [])]

    def start(self) -> None:
        """Read, once, the key that page tokens are sealed with, before the first call."""
        with self.read() as db:
            self._page_key = db.value("SELECT key FROM page_key")

    def read(self) -> AbstractContextManager[Db]:
        """Give a session for queries."""
        return self.database.read()

    def page_of(
        self, request: Message, *, moving: Collection[str] = (), default: int = DEFAULT_SIZE, most: int = MOST
    ) -> Page:
        """Read which page of a list is asked for; the fields *moving* may differ from page to page."""
        return page_of(request, self._page_key, moving=moving, default=default, most=most)

    @contextmanager
    def write(self, call: Call, request: Message) -> Iterator[Db]:
        """Give the one transaction of a write: audit, idempotency by `request_id`, outbox."""
        with self.database.transaction(
            actor=call.principal.name,
            method=call.method,
            formerly=self._former(call.method.partition("/")[2]),
            at=call.now,
            request_id=_request_id(request),
            request=request,
        ) as db:
            yield db

    def in_company(
        self, method: str, act: Callable[[Db, Group[W, R]], None], pack: Callable[[R], A]
    ) -> Callable[[Call, Message, W], A]:
        """Return the write of a *method* that thousands call in the same minute.

        It takes call, request and what the caller wants. *act* does it for all who ask at once, and *pack* makes the
        answer of a result (`servicekit.data.company`).
        """
        name, former = f"{self.service.name}/{method}", self._former(method)
        company = Company(self.database, name, act, pack, formerly=former)
        self.companies.append(company)

        def write(call: Call, request: Message, what: W) -> A:
            asked: Asked[W, R] = Asked(
                what, actor=call.principal.name, at=call.now, request_id=_request_id(request), request=request
            )
            return cast("A", company.write(asked))

        return write

    def _former(self, method: str) -> str:
        """Return the name that *method* had before, as `Service/Method`; empty if it had none."""
        return f"{self._formerly}/{method}" if self._formerly else ""


def _request_id(request: Message) -> str:
    request_id: str = request.request_id  # type: ignore[attr-defined]
    if not request_id or len(request_id) > _LONGEST_REQUEST_ID:
        raise InvalidField("request_id", request_id, f"must be given, of at most {_LONGEST_REQUEST_ID} characters")
    return request_id


def permission_of(method: MethodDescriptor) -> options_pb2.Permission:
    """Return what the contract demands for *method*; a method without a permission is a mistake in the contract."""
    permission: options_pb2.Permission = method.GetOptions().Extensions[options_pb2.permission]
    if not permission.right or not permission.scope:
        raise TypeError(f"{method.full_name} has no permission in the contract")
    return permission


def authorizer(method: MethodDescriptor) -> Callable[[Principal, Message], Scope]:
    """Return the check of *method*: it gives the caller's scope or refuses."""
    permission = permission_of(method)
    right, level = permission.right, permission.scope
    carried = _field_reader(method, permission.field)

    def refuse() -> PermissionMissing:
        return PermissionMissing("The caller may not do this.", right=right, scope=options_pb2.Scope.Name(level))

    def authorize(principal: Principal, request: Message) -> Scope:
        held = principal.rights.get(right)
        if not held:
            raise refuse()
        own = principal.name if SELF in held else ""
        scope = Scope(WHOLE in held, held - {WHOLE, SELF}, own)
        named = carried(request)
        if level == options_pb2.STATE:
            allowed = scope.whole
        elif level == options_pb2.SELF:
            allowed = bool(own or scope.whole) and named in ("", principal.name)
        elif level == options_pb2.PERSON:
            allowed = scope.whole or bool(scope.resources) or (bool(own) and named == own)
        elif permission.field:
            allowed = scope.touches(named) if level == options_pb2.UNIT else scope.allows(named)
        else:
            allowed = scope.whole or bool(scope.resources)
        if not allowed:
            raise refuse()
        return scope

    return authorize


def _field_reader(method: MethodDescriptor, path: str) -> Callable[[Message], str]:
    """Return a function that reads the field at *path* of a request; the path must exist in the contract."""
    steps = path.split(".") if path else []
    descriptor: Descriptor | None = method.input_type
    for step in steps:
        if descriptor is None or step not in descriptor.fields_by_name:
            raise TypeError(f"{method.full_name}: permission names {path}, which the request does not have")
        descriptor = descriptor.fields_by_name[step].message_type

    def read(request: Message) -> str:
        value: Any = request
        for step in steps:
            value = getattr(value, step)
        return value if steps else ""

    return read
