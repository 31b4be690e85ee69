"""The operator's pages, for those without Grafana: what runs, whether anything is stuck, and how to unstick it."""

from fastapi import APIRouter

from gateway.pages.operator import audits, background, dead_letters, overview

router = APIRouter()
for area in (overview, dead_letters, background, audits):
    router.include_router(area.router)
