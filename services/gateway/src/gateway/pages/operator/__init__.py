"""The operator's pages, for those without Grafana: what runs, whether anything is stuck, and how to unstick it."""

from gateway.pages.operator import audits, background, dead_letters, overview

ROUTERS = tuple(area.router for area in (overview, dead_letters, background, audits))
