"""The pages, one module for each area."""

from gateway.pages import (
    access,
    agency_letters,
    agency_notice,
    approval,
    calendars,
    catalogue,
    composer,
    course,
    course_editor,
    downloads,
    elsewhere,
    files,
    home,
    invitation,
    issuer_sign_in,
    learning,
    my_sign_ins,
    operator,
    people,
    person,
    quality,
    reaction,
    record,
    roster,
    sign_in,
    state_notice,
    test,
    tests_editor,
)

ROUTERS = (
    tuple(
        area.router
        for area in (
            sign_in,
            issuer_sign_in,
            invitation,
            my_sign_ins,
            home,
            composer,
            approval,
            state_notice,
            downloads,
            files,
            agency_letters,
            agency_notice,
            calendars,
            elsewhere,
            learning,
            record,
            course,
            test,
            catalogue,
            course_editor,
            tests_editor,
            reaction,
            quality,
            people,
            person,
            access,
            roster,
        )
    )
    + operator.ROUTERS
)
