"""What other services want said: taken if it can be said, and said in the hours and forms that are ours to choose.

What cannot be said is refused as it is heard, so that it lies with the dead letters and stops neither what comes after
it nor somebody's page. An operator has it heard again once a release is there that knows its kind.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from google.protobuf import json_format

from cadre.messages.v1 import messages_pb2 as pb
from notification.messages import ledger
from notification.messages.ledger import Target, Wanted
from notification.messages.rules.kinds import KINDS
from notification.messages.rules.said import said
from notification.messages.rules.windows import Hours
from servicekit import names
from servicekit.background import tasks
from servicekit.calendar import end_of_day, pacific_date
from servicekit.data import messages
from servicekit.data.db import Db
from servicekit.refusals import InvalidField

TASK = "say-wanted"
# Whose holders the directory can name.
ROLES = frozenset(
    (
        "approver",
        "coordinator",
        "designer",
        "director",
        "evaluator",
        "auditor",
        "operator",
        "policy_analyst",
        "supervisor",
        "training_manager",
    )
)
_SCOPE = re.compile(r"state|agencies/[a-z0-9-]+(/units/[a-z0-9-]+)?")
# What says nothing else of when it is old news, is so after these.
_FRESH_BUSINESS_DAYS = 3


def hear(db: Db, producer: str, message: pb.MessageWanted, *, at: datetime) -> None:
    """Have said what the service *producer* wants since *at*, if the transaction commits.

    Raises:
        InvalidField: it is of no kind that this service may want, to nobody there can be, or says too little.
    """
    messages.check(message)
    kind = KINDS.get(message.kind)
    if kind is None or kind.producer != producer:
        raise InvalidField("kind", message.kind, f"must be one of those that {producer} may want said")
    for person in message.person_ids:
        names.as_uuid(person, field="person_ids")
    for target in message.targets:
        if target.role not in ROLES:
            raise InvalidField("targets.role", target.role, "must be a role")
        if not _SCOPE.fullmatch(target.scope):
            raise InvalidField("targets.scope", target.scope, "must be state, an agency or a unit of one")
    _check_sentences(message)
    key = f"{producer}/{message.kind}/{message.once}"
    payload = {"producer": producer, "message": json_format.MessageToDict(message), "at": at.isoformat()}
    tasks.defer(db, TASK, key, actor=f"services/{producer}", payload=payload)


def say(db: Db, payload: Mapping[str, Any], hours: Hours) -> None:
    """Put into the ledger what was heard; what is there already for its occasion stays as it is."""
    message = json_format.ParseDict(payload["message"], pb.MessageWanted())
    kind, producer = KINDS[message.kind], payload["producer"]
    goes_at = hours.goes_at(kind.window, db.at, urgent=message.urgent)
    # Heard late, after an outage, it is as old as it is.
    went_at = hours.goes_at(kind.window, datetime.fromisoformat(payload["at"]), urgent=message.urgent)
    fresh_until = end_of_day(hours.calendar.add(pacific_date(went_at), _FRESH_BUSINESS_DAYS))
    if message.HasField("fresh_until_time"):
        fresh_until = message.fresh_until_time.ToDatetime(UTC)
    ledger.want(
        db,
        Wanted(
            once=f"{producer}/{kind.name}/{message.once}",
            kind=kind,
            about=message.about,
            facts=dict(message.facts),
            goes_at=goes_at,
            producer=producer,
            urgent=message.urgent,
            fresh_until=fresh_until,
            people=[names.as_uuid(person, field="person_ids") for person in message.person_ids],
            targets=[Target(one.role, one.scope, dict(one.facts)) for one in message.targets],
        ),
    )


def _check_sentences(message: pb.MessageWanted) -> None:
    """Refuse what has no sentence for one of those it goes to: it would stop their page, and their mail."""
    facts = dict(message.facts)
    told = [facts] if message.person_ids else []
    for each in (*told, *({**facts, **target.facts} for target in message.targets)):
        try:
            said(message.kind, message.about, each)
        except (KeyError, ValueError) as error:
            raise InvalidField("facts", str(error), "must be what the sentences of the kind need") from error
