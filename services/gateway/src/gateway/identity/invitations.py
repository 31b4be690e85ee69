"""Invitations: a link by which a person without a provider chooses a password and sets up codes, once."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from gateway.identity import codes, open_sign_ins, passwords
from gateway.identity.codes import Box
from gateway.identity.sign_ins import digest
from servicekit.data.db import Database

GOOD_FOR = timedelta(days=3)


class Invitation(NamedTuple):
    """An invitation that can be used."""

    id: uuid.UUID
    person: str
    staff_number: str
    issued_by: str
    issued_at: datetime
    expires_at: datetime
    secret_sealed: bytes
    # The agency that vouches for the person with it; empty: an operator did.
    vouching: str


@dataclass(frozen=True)
class Standing:
    """How a person stands: the invitation that is open, and since when they have a password (None = they have none)."""

    invitation: Invitation | None
    password_since: datetime | None
    codes_left: int


class _Held(NamedTuple):
    since: datetime | None
    left: int


class CodeWrong(Exception):  # noqa: N818 - an answer, not an error
    """The code is not the one that the telephone shows now."""


class InvitationGone(Exception):  # noqa: N818
    """The invitation was used, revoked or replaced in the meantime, or its time is over."""


def issue(
    database: Database, box: Box, *, person: str, staff_number: str, actor: str, at: datetime, vouching: str = ""
) -> str:
    """Invite *person* and return the secret part of the link; an earlier invitation is no longer good.

    *vouching*: the agency on whose behalf; it is good for as long as that agency keeps the person. Empty: an operator.
    What they sign in with today holds until the link is used.
    """
    token, made = codes.new_token(), uuid.uuid4()
    with database.transaction(actor=actor, method="IssueInvitation", resource=person, at=at) as db:
        # Two at once: the later one replaces the earlier.
        db.run("SELECT pg_advisory_xact_lock(hashtextextended(%(person)s, 0))", person=person)
        db.run(
            """
            UPDATE invitation SET ended_at = %(at)s, outcome = 'replaced' WHERE person = %(person)s AND ended_at IS NULL
            """,
            person=person,
            at=at,
        )
        db.run(
            """
            INSERT INTO invitation (id, token_sha256, person, staff_number, issued_by, issued_at, expires_at,
              secret_sealed, vouching)
            VALUES (%(id)s, %(token)s, %(person)s, %(number)s, %(actor)s, %(at)s, %(expires)s, %(secret)s, %(vouching)s)
            """,
            id=made,
            token=digest(token),
            person=person,
            number=staff_number,
            actor=actor,
            at=at,
            expires=at + GOOD_FOR,
            secret=box.seal(codes.new_secret(), person),
            vouching=vouching,
        )
        db.changed(person, after={"invitation": str(made), "expires": (at + GOOD_FOR).isoformat()})
    return token


def find(database: Database, token: str, at: datetime) -> Invitation | None:
    """Return the invitation of a link; None if it is no longer good, or never was."""
    with database.read(at) as db:
        return db.maybe(
            Invitation,
            """
            SELECT id, person, staff_number, issued_by, issued_at, expires_at, secret_sealed, vouching FROM invitation
            WHERE token_sha256 = %(token)s AND ended_at IS NULL AND expires_at > %(at)s
            """,
            token=digest(token),
            at=at,
        )


def standing(database: Database, person: str, at: datetime) -> Standing:
    """Return how *person* stands."""
    with database.read(at) as db:
        held = db.one(
            _Held,
            """
            SELECT
              (SELECT created_at FROM credential WHERE person = %(person)s) AS since,
              (SELECT count(*)::int FROM recovery_code WHERE person = %(person)s AND used_at IS NULL) AS left
            """,
            person=person,
            at=at,
        )
        invitation = db.maybe(
            Invitation,
            """
            SELECT id, person, staff_number, issued_by, issued_at, expires_at, secret_sealed, vouching FROM invitation
            WHERE person = %(person)s AND ended_at IS NULL AND expires_at > %(at)s
            """,
            person=person,
            at=at,
        )
    return Standing(invitation, held.since, held.left)


def revoke(database: Database, person: str, *, actor: str, at: datetime) -> None:
    """Take back the invitation of *person* that is open. Idempotent: none open is what was wanted."""
    with database.transaction(actor=actor, method="RevokeInvitation", resource=person, at=at) as db:
        db.run(
            """
            UPDATE invitation SET ended_at = %(at)s, outcome = 'revoked' WHERE person = %(person)s AND ended_at IS NULL
            """,
            person=person,
            at=at,
        )


def use(database: Database, box: Box, token: str, *, password: str, code: str, at: datetime) -> list[str]:
    """Set the password and the secret of the codes, and return the codes for paper: shown once, kept as hashes.

    *password* will do (`passwords.fault`). Ends the invitation and every sign-in of the person, since it may be a new
    start after something was lost. Raises `InvitationGone`, `CodeWrong`, `passwords.Busy`.
    """
    invitation = find(database, token, at)
    if invitation is None:
        raise InvitationGone
    step = codes.step_of(box.open(invitation.secret_sealed, invitation.person), code, at)
    if not step:
        raise CodeWrong
    with passwords.turn():
        kept = passwords.hashed(password)
    paper = codes.on_paper()
    with database.transaction(actor=invitation.person, method="UseInvitation", resource=invitation.person, at=at) as db:
        used = db.run(
            "UPDATE invitation SET ended_at = %(at)s, outcome = 'used' WHERE id = %(id)s AND ended_at IS NULL",
            at=at,
            id=invitation.id,
        )
        if not used:
            raise InvitationGone
        db.run("DELETE FROM recovery_code WHERE person = %(person)s", person=invitation.person)
        db.run(
            """
            INSERT INTO credential (person, staff_number, password_hash, secret_sealed, last_step, created_at, vouching)
            VALUES (%(person)s, %(number)s, %(hash)s, %(secret)s, %(step)s, %(at)s, %(vouching)s)
            ON CONFLICT (person) DO UPDATE SET staff_number = excluded.staff_number,
              password_hash = excluded.password_hash, secret_sealed = excluded.secret_sealed,
              last_step = excluded.last_step, created_at = excluded.created_at, vouching = excluded.vouching
            """,
            person=invitation.person,
            number=invitation.staff_number,
            hash=kept,
            secret=invitation.secret_sealed,
            vouching=invitation.vouching,
            step=step,
            at=at,
        )
        db.run(
            """
            INSERT INTO recovery_code (code_sha256, person)
            SELECT code, %(person)s FROM unnest(%(codes)s::bytea[]) AS code
            """,
            codes=[codes.digest(one) for one in paper],
            person=invitation.person,
        )
        open_sign_ins.end_all_in(db, invitation.person, "a new password and new codes")
        db.changed(invitation.person, after={"invitation": str(invitation.id), "codes_on_paper": len(paper)})
    return paper
