"""Measures many saved audiences: to save one of them, and to recompute the membership of all."""

import time
from collections.abc import Callable

from cadre.directory.v1 import audience_service_pb2 as pb
from cadre.operations.v1 import operations_service_pb2 as operations_pb
from cadre_cli import reference
from cadre_cli.access import request_id
from cadre_cli.reference import STATE_AGENCY, Reference
from cadre_tools.bench import raw
from cadre_tools.bench.figures import Audiences, Delays
from cadre_tools.bench.stage import Stage, WrongResultError, wait_until

_PROJECTION = "projections/memberships"
_MEMBERSHIPS = "INSERT INTO raw_audience_member SELECT * FROM audience_member WHERE member"
_COUNT = "SELECT count(*) FROM audience_member WHERE member"

Clause = pb.AudienceClause


def measure(stage: Stage, count: int, saves: int) -> Audiences:
    """Make *count* audiences of varied expressions, save *saves* of them changed, and recompute all.

    Raises:
        WrongResultError: an audience is empty, a save changed nobody, or recomputing did not end well.
    """
    made = _make(stage, count)
    stage.await_quiet()
    saved = [_save(stage, audience) for audience in made[:: max(1, len(made) // saves)][:saves]]
    stage.await_quiet()
    recompute = _recompute(stage)
    stage.await_quiet()
    bare, memberships = _bare(stage)
    return Audiences(
        people=stage.people,
        audiences=count,
        memberships=memberships,
        saved=Delays.of(saved),
        recompute_seconds=recompute,
        raw_seconds=bare,
        ratio=recompute / bare,
    )


def expressions(known: Reference, count: int) -> list[pb.AudienceExpression]:
    """Return *count* expressions of six kinds in turn, no two alike up to some thousands."""
    agencies = [f"agencies/{one.lcsa_id}" for one in known.agencies if one.lcsa_id != STATE_AGENCY]
    regions: list[str] = sorted({one.region_assumed for one in known.agencies if one.region_assumed})
    classes = [one.slug for one in known.job_classes if one.level == "local"]
    units = [one.slug for one in known.units]

    def pick(values: list[str], first: int, number: int) -> list[str]:
        return sorted({values[(first + n) % len(values)] for n in range(number)})

    kinds: list[Callable[[int], tuple[Clause, Clause | None]]] = [
        lambda n: (Clause(agencies=pick(agencies, n, 3 + n % 20)), None),
        lambda n: (Clause(regions=pick(regions, n, 2 + n % 2)), Clause(job_classes=pick(classes, n, 1))),
        lambda n: (Clause(job_classes=pick(classes, n, 3 + n % 3)), Clause(agencies=pick(agencies, n, 1))),
        lambda n: (Clause(units=pick(units, n, 1 + n % 3)), Clause(regions=pick(regions, n // 7, 1))),
        lambda n: (Clause(), Clause(agencies=pick(agencies, n, 1 + n % 9))),
        lambda n: (Clause(agencies=pick(agencies, n, 25)), Clause(units=pick(units, n // 5, 2))),
    ]
    found = []
    for number in range(count):
        include, exclude = kinds[number % len(kinds)](number // len(kinds))
        found.append(pb.AudienceExpression(include=[include], exclude=[exclude] if exclude else []))
    return found


def _make(stage: Stage, count: int) -> list[pb.Audience]:
    access = stage.access
    made = []
    for number, expression in enumerate(expressions(reference.load(), count)):
        audience = pb.Audience(title=f"Measured audience {number}", expression=expression)
        create = pb.CreateAudienceRequest(audience=audience, request_id=request_id("bench", "audience", number))
        made.append(access.ask(access.audiences.CreateAudience, create, person=stage.analyst))
    if not any(audience.people for audience in made):
        raise WrongResultError("Nobody is in any of the audiences")
    return made


def _save(stage: Stage, audience: pb.Audience) -> float:
    """Save for one agency more: another expression is another audience."""
    access = stage.access
    changed = pb.Audience(title=audience.title)
    changed.expression.CopyFrom(audience.expression)
    changed.expression.include.append(Clause(agencies=["agencies/los-angeles"]))
    changed.expression.exclude.append(Clause(agencies=["agencies/lake"]))
    create = pb.CreateAudienceRequest(audience=changed, request_id=request_id("bench", "save", audience.name))
    stage.await_quiet()
    started = time.perf_counter()
    answer = access.ask(access.audiences.CreateAudience, create, person=stage.analyst)
    seconds = time.perf_counter() - started
    if answer.name == audience.name or not answer.revision:
        raise WrongResultError(f"{audience.name} was not saved for others")
    return seconds


def _recompute(stage: Stage) -> float:
    """Have the operator's request carried out; the seconds are those of its work, without waiting for its turn."""
    operations = stage.access.operations["directory"]
    rebuild = operations_pb.RebuildProjectionRequest(
        name=_PROJECTION, reason="It is measured.", request_id=request_id("bench", "recompute", time.time_ns())
    )
    stage.access.ask(operations.RebuildProjection, rebuild)

    def ended() -> operations_pb.Projection | None:
        answer = stage.access.ask(operations.ListProjections, operations_pb.ListProjectionsRequest())
        [one] = [each for each in answer.projections if each.name == _PROJECTION]
        over = bool(one.last_error) or one.HasField("last_success_time")
        return one if over and not one.requested and not one.running else None

    found = wait_until(ended, "memberships are not computed anew")
    if found is None or found.last_error or not found.HasField("last_success_time") or found.done != found.total:
        raise WrongResultError(f"Memberships were not computed anew: {found}")
    return found.last_duration_seconds


def _bare(stage: Stage) -> tuple[float, int]:
    """Write the rows of all memberships bare into a twin; return seconds and rows.

    Recomputing compares and writes only what differs, so it may be faster than this.
    """
    with raw.connect(stage.site.database_urls["directory"]) as connection:
        raw.make_twin(connection, "audience_member")
        started = time.perf_counter()
        written = connection.execute(_MEMBERSHIPS).rowcount
        seconds = time.perf_counter() - started
        row = connection.execute(_COUNT).fetchone()
    if row is None or row[0] != written:
        raise WrongResultError(f"{written} memberships were written bare of {row}")
    return seconds, written
