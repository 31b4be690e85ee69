"""Who gets a letter and who must act on it, between the form and the directory's expressions."""

import hashlib

from cadre.directory.v1 import audience_service_pb2 as audience_pb
from cadre.notification.v1 import notice_service_pb2 as pb
from gateway.web.forms import Form


def opened(letter: pb.Notice, audience: audience_pb.Audience | None) -> dict[str, str | list[str]]:
    """Return the fields as the form shows them for a saved letter."""
    clause = (
        audience.expression.include[0] if audience and audience.expression.include else audience_pb.AudienceClause()
    )
    receivers = list(letter.receivers)
    acting = [] if sorted(clause.agencies) == receivers else list(clause.agencies)
    narrowed = bool(acting or clause.units or clause.job_classes)
    return {
        "receivers_scope": "some" if receivers else "all",
        "receivers": receivers,
        "act_scope": "some" if narrowed else "all",
        "agencies": acting,
        "units": list(clause.units),
        "job_classes": list(clause.job_classes),
        "recorded_only": "yes" if clause.recorded_units_only else "",
    }


def read_receivers(form: Form, letter: pb.Notice) -> None:
    """Take over which agencies get the letter; none = every one."""
    del letter.receivers[:]
    if form.text("receivers_scope") != "some":
        return
    letter.receivers.extend(sorted(form.all("receivers")))
    if not letter.receivers:
        form.errors["receivers"] = "Choose the agencies that get it, or all agencies."


def expression(form: Form) -> audience_pb.AudienceExpression:
    """Return who must act, in the order in which the directory keeps it: the same people, the same value.

    Where no agency is chosen for it, it is everyone, or the units and classes chosen, at the agencies that get it.
    """
    clause = audience_pb.AudienceClause()
    if form.text("act_scope") == "some":
        clause.units.extend(sorted(form.all("units")))
        clause.recorded_units_only = bool(clause.units) and form.text("recorded_only") == "yes"
        clause.job_classes.extend(sorted(form.all("job_classes")))
        clause.agencies.extend(sorted(form.all("agencies")))
        if not (clause.units or clause.job_classes or clause.agencies):
            form.errors["act_scope"] = "Choose agencies, units or job classes below, or everyone in those agencies."
    if not clause.agencies and form.text("receivers_scope") == "some":
        clause.agencies.extend(sorted(form.all("receivers")))
    return audience_pb.AudienceExpression(include=[clause])


def at_agencies(wanted: audience_pb.AudienceExpression) -> audience_pb.AudienceExpression:
    """Return everyone at the agencies of *wanted*, whatever else narrows it."""
    clause = wanted.include[0] if wanted.include else audience_pb.AudienceClause()
    return audience_pb.AudienceExpression(include=[audience_pb.AudienceClause(agencies=clause.agencies)])


def digest(form: Form) -> str:
    """Say by a fingerprint what the form chooses, so that a change is kept only as it was shown."""
    chosen = pb.Notice(receivers=sorted(form.all("receivers")) if form.text("receivers_scope") == "some" else ())
    said = chosen.SerializeToString(deterministic=True) + expression(form).SerializeToString(deterministic=True)
    return hashlib.sha256(said).hexdigest()
