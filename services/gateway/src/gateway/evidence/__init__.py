"""What can be shown of a letter: who had confirmed which version by which day."""

from gateway.evidence import agency, state
from gateway.web.area import Area

AREA = Area(routers=(state.router, agency.router), navigation=())
