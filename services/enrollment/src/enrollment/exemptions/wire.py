"""Between the contract and the terms of exemptions."""

from collections.abc import Sequence

from cadre.enrollment.v1 import exemption_service_pb2 as pb
from enrollment import resources
from enrollment.exemptions.queries import Preview
from enrollment.exemptions.rules import At
from enrollment.requirements.exemptions import Exemption
from servicekit import names
from servicekit.refusals import InvalidField
from servicekit.rpc.wire import timestamp

MOST_AT_ONCE = 50

Request = pb.ListExemptionsRequest | pb.PreviewExemptionRequest | pb.ExemptUnitsRequest | pb.EndExemptionRequest


def at(request: Request) -> At:
    """Return the notice at the agency that a request names."""
    return At(resources.notice_id(request.notice, field="notice"), resources.one_agency_id(request.parent))


def units(request: pb.PreviewExemptionRequest | pb.ExemptUnitsRequest) -> list[str]:
    """Return the units that a request names, each once."""
    if not 0 < len(request.units) <= MOST_AT_ONCE:
        raise InvalidField("units", len(request.units), f"must name between 1 and {MOST_AT_ONCE}")
    return sorted({names.slug(one, field="units") for one in request.units})


def exemption(where: At, row: Exemption) -> pb.Exemption:
    """Return an exemption as the contract says it."""
    return pb.Exemption(
        name=where.exemption(row.unit),
        unit=row.unit,
        reason=row.reason,
        exempter=f"people/{row.exempted_by}",
        exempt_time=timestamp(row.exempted_at),
        excused=row.excused,
    )


def exemptions(where: At, rows: Sequence[Exemption]) -> pb.ListExemptionsResponse:
    """Return the exemptions of an agency under a notice."""
    return pb.ListExemptionsResponse(exemptions=[exemption(where, row) for row in rows])


def preview(found: Preview) -> pb.PreviewExemptionResponse:
    """Return what an exemption would mean."""
    return pb.PreviewExemptionResponse(**found._asdict())
