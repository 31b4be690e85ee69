"""Signing in by staff number, password and code."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from gateway.identity import codes, passwords, sign_ins, tries
from gateway.identity.codes import Box
from gateway.identity.places import Place
from servicekit import text
from servicekit.data.db import Database, Db


class TooManyTries(Exception):  # noqa: N818 - an answer, not an error
    """The staff number, or the address, failed too often; this does not say whether there is such a number."""


class NotRight(Exception):  # noqa: N818
    """Number, password or code is not right, or the code was used before. Nobody is told which of them."""


class NotVouched(Exception):  # noqa: N818
    """The password came with an invitation of an agency that does not look after the person's sign-ins any more."""


class _Known(NamedTuple):
    person: str
    password_hash: str
    secret_sealed: bytes
    vouching: str


def enter(
    database: Database,
    box: Box,
    *,
    staff_number: str,
    password: str,
    code: str,
    place: Place,
    previous: str,
    vouches: Callable[[str, str], bool],
    at: datetime,
) -> str:
    """Sign in and return the cookie. Raises `TooManyTries`, `NotRight`, and `passwords.Busy`, which counts no try.

    *vouches* says whether an agency keeps a person today; `NotVouched` is raised if not, though all is right.
    Nobody's number takes as long as somebody's: the same reads, one hash, three codes.
    """
    with passwords.turn():
        if tries.too_many(database, staff_number, place.address, at):
            raise TooManyTries
        person, step, agency = _who(database, box, staff_number, password, code, at)
    if agency and not vouches(agency, person):
        raise NotVouched
    with database.transaction(actor=person, method="SignIn", resource=person, at=at) as db:
        if not (_spend_step(db, person, step) if step else _spend_paper(db, person, code)):
            raise NotRight
        cookie = sign_ins.begin_in(db, person, place=place, previous=previous)
    tries.forget(database, staff_number)
    return cookie


def _who(
    database: Database, box: Box, staff_number: str, password: str, code: str, at: datetime
) -> tuple[str, int, str]:
    """Return whose number and password these are, the step of the code (0: of no telephone), and who vouches."""
    with database.read(at) as db:
        known = db.maybe(
            _Known,
            """
            SELECT person, password_hash, secret_sealed, vouching FROM credential
            WHERE lower(staff_number) = lower(%(number)s) ORDER BY staff_number <> %(number)s LIMIT 1
            """,
            number=text.line(staff_number),
        )
    knows = passwords.right(password, known.password_hash if known else "")
    step = codes.step_of(box.open(known.secret_sealed, known.person) if known else "", code, at)
    if known is None or not knows:
        raise NotRight
    return known.person, step, known.vouching


def _spend_step(db: Db, person: str, step: int) -> bool:
    """Use the code of a half minute; False if it, or a later one, was used."""
    return bool(
        db.run(
            "UPDATE credential SET last_step = %(step)s WHERE person = %(person)s AND last_step < %(step)s",
            step=step,
            person=person,
        )
    )


def _spend_paper(db: Db, person: str, code: str) -> bool:
    """Use a code on paper; False if it is none, or was used."""
    return bool(
        db.run(
            """
            UPDATE recovery_code SET used_at = %(at)s
            WHERE code_sha256 = %(code)s AND person = %(person)s AND used_at IS NULL
            """,
            at=db.at,
            code=codes.digest(code),
            person=person,
        )
    )
