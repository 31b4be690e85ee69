"""What can be shown of a letter: who had confirmed which version by which day."""

from gateway.evidence import agency, state
from gateway.web.area import Area
from gateway.web.disclosed import PROOF, exports, views

AREA = Area(
    routers=(state.router, agency.router),
    navigation=(),
    discloses={
        "/agencies/{agency_id}/letters/{letter_id}/evidence": views("who had confirmed", PROOF),
        "/agencies/{agency_id}/letters/{letter_id}/evidence/signatures.csv": exports("who had confirmed", PROOF),
    },
)
