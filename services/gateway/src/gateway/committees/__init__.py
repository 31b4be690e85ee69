"""Committees, partnerships and groups: so far the words in which they are refused something."""

from gateway.committees.reasons import REASONS
from gateway.web.area import Area

AREA = Area(routers=(), reasons=REASONS)
