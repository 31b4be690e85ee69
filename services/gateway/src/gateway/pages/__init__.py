"""The pages, one module for each area."""

from gateway.pages import (
    agency_notice,
    approval,
    composer,
    course,
    downloads,
    elsewhere,
    home,
    learning,
    operator,
    people,
    person,
    roster,
    sign_in,
    state_notice,
    test,
)

ROUTERS = tuple(
    area.router
    for area in (
        sign_in,
        home,
        composer,
        approval,
        state_notice,
        downloads,
        agency_notice,
        elsewhere,
        learning,
        course,
        test,
        people,
        person,
        roster,
        operator,
    )
)
