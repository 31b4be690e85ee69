"""The pages, one module for each area."""

from gateway.pages import (
    agency_notice,
    approval,
    catalogue,
    composer,
    course,
    course_editor,
    downloads,
    elsewhere,
    home,
    learning,
    operator,
    people,
    person,
    record,
    roster,
    sign_in,
    state_notice,
    test,
    tests_editor,
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
        record,
        course,
        test,
        catalogue,
        course_editor,
        tests_editor,
        people,
        person,
        roster,
        operator,
    )
)
