"""Dashboards about the programme: for those who ask whether letters arrive and training works."""

from cadre_tools.dashboards.panels import COUNT, PER_SECOND, SECONDS, SHARE, Board, lines, number, share

PROGRAMME = Board(
    "programme",
    "Cadre: programme",
    "How ready the state is, what is late, whether training works. Counts of people and agencies, never who.",
    {
        "Today": [
            number("Letters open", "max(cadre_open_notices)", about="Issued, and somebody has still to act."),
            share("Ready, over all open letters", "cadre:ready:ratio"),
            number("Past due", "max(cadre_open_notices_overdue_staff)", alarm=1, about="People, once for each letter."),
            number(
                "Agencies past their day to confirm",
                'max(cadre_open_notices_agencies{confirmation="overdue"})',
                alarm=1,
            ),
            share("Training completed", "cadre:completed:ratio", about="Of what is assigned and not excused."),
            share("Tests passed", "cadre:passed:ratio", about="Of all sittings that were handed in."),
        ],
        "Letters and people": [
            lines("Ready by letter", "notice:cadre_ready:ratio", legend="{{notice}}", unit=SHARE),
            lines("People under open letters", "max by (standing) (cadre_open_notices_staff)", legend="{{standing}}"),
            lines("Letters by state", "max by (state) (cadre_notices)", legend="{{state}}"),
            lines(
                "Confirmations of agencies",
                "max by (confirmation) (cadre_open_notices_agencies)",
                legend="{{confirmation}}",
            ),
        ],
        "Who there is": [
            number("People at work", 'max(cadre_people{standing="at work"})'),
            number("People on leave", 'max(cadre_people{standing="on leave"})'),
            number("Audiences", "max(cadre_audiences)"),
            number("Agencies without a coordinator", "max(cadre_unattended_agencies)", alarm=1),
            number("Memberships that drifted", "cadre:audience_drift:rows", alarm=1, about="Must be 0."),
            number("Courses that can be taken", 'max(cadre_courses{state="published"})'),
            number(
                "Courses issued without a committee",
                "max(cadre_courses_unreviewed)",
                about="Those whose last large change nobody but its publisher decided on.",
            ),
        ],
    },
)

NOTICES = Board(
    "notices",
    "Cadre: letters",
    "Each open letter: who is ready, which agencies have not confirmed, when it takes effect.",
    {
        "Open letters": [
            lines("Ready", "notice:cadre_ready:ratio", legend="{{notice}}", unit=SHARE, wide=True),
            lines("Not started", 'max by (notice) (cadre_notice_staff{standing="not started"})', legend="{{notice}}"),
            lines("In progress", 'max by (notice) (cadre_notice_staff{standing="in progress"})', legend="{{notice}}"),
            lines("Past due", "max by (notice) (cadre_notice_overdue_staff)", legend="{{notice}}"),
            lines("On leave", 'max by (notice) (cadre_notice_staff{standing="on leave"})', legend="{{notice}}"),
        ],
        "Agencies": [
            lines(
                "Not confirmed yet",
                'max by (notice) (cadre_notice_agencies{confirmation="waiting"})',
                legend="{{notice}}",
            ),
            lines(
                "Past their day to confirm",
                'max by (notice) (cadre_notice_agencies{confirmation="overdue"})',
                legend="{{notice}}",
            ),
            lines("Report a problem", "max by (notice) (cadre_notice_problem_agencies)", legend="{{notice}}"),
            lines(
                "Days until it takes effect",
                "max by (notice) (cadre_notice_effective_days)",
                legend="{{notice}}",
                unit="d",
                least=None,
            ),
        ],
    },
)

ENROLLMENT = Board(
    "enrollment",
    "Cadre: training",
    "What letters ask people to learn, and how far that is, by course.",
    {
        "All courses": [
            share("Completed", "cadre:completed:ratio"),
            number("Assigned, not started", 'sum(cadre_assignments{state="assigned"})'),
            number("In progress", 'sum(cadre_assignments{state="in progress"})'),
            number("Past due", "sum(cadre_overdue_assignments)", alarm=1),
            number("Excused", 'sum(cadre_assignments{state="waived"})'),
            number("Letters without their audience", "max(cadre_waiting_requirements)", alarm=1, about="Must be 0."),
        ],
        "Courses": [
            lines("Completed", "course:cadre_completed:ratio", legend="{{course}}", unit=SHARE),
            lines("Past due", "max by (course) (cadre_overdue_assignments)", legend="{{course}}"),
            lines("Assignments by state", "sum by (state) (cadre_assignments)", legend="{{state}}"),
            lines("Completions by how it was taken", "max by (kind) (cadre_completions)", legend="{{kind}}"),
        ],
        "Doing it": [
            lines(
                "Sections completed",
                'sum(rate(cadre_rpc_handled_total{method="AssignmentService/CompleteSection", code="OK"}[5m]))',
                unit=PER_SECOND,
            ),
            lines(
                "Time to complete a section, 95 of 100",
                'service_method:cadre_rpc_seconds:p95_5m{method="AssignmentService/CompleteSection"}',
                legend="{{method}}",
                unit=SECONDS,
            ),
        ],
    },
)

EVALUATION = Board(
    "evaluation",
    "Cadre: tests",
    "Whether training works, as far as tests say. Statewide; nothing here is about a person or an agency.",
    {
        "All tests": [
            share("Passed", "cadre:passed:ratio"),
            number("Sittings passed", 'sum(cadre_sittings{state="passed"})'),
            number("Sittings failed", 'sum(cadre_sittings{state="failed"})'),
            number("Sittings under way", 'sum(cadre_sittings{state="open"})'),
        ],
        "Results and reactions": [
            share("Passed at whatever try", "max(cadre_test_pass_ratio) or 0 * max(cadre_test_takers)"),
            share("Passed at the first try", "max(cadre_test_first_pass_ratio) or 0 * max(cadre_test_takers)"),
            number("People who took a test", "max(cadre_test_takers)"),
            number("Answers of reactions told", "sum(max by (question) (cadre_reaction_answers))"),
            lines(
                "What people say of courses, from 1 to 5",
                "max by (question) (cadre_reaction_mean) or 0 * max by (question) (cadre_reaction_answers)",
                legend="{{question}}",
                about="0: nobody's answer was told yet. Statewide, told in batches.",
            ),
        ],
        "Tests": [
            lines("Passed", "test:cadre_passed:ratio", legend="{{test}}", unit=SHARE),
            lines("Sittings by how they ended", "sum by (state) (cadre_sittings)", legend="{{state}}", unit=COUNT),
            lines(
                "Tests handed in",
                'sum(rate(cadre_rpc_handled_total{method="SittingService/SubmitSitting", code="OK"}[5m]))',
                unit=PER_SECOND,
            ),
            lines(
                "Time to score a test, 95 of 100",
                'service_method:cadre_rpc_seconds:p95_5m{method="SittingService/SubmitSitting"}',
                legend="{{method}}",
                unit=SECONDS,
            ),
        ],
    },
)
