"""Who looks at pages, and how addresses of many of them begin."""

ANALYST, APPROVER, OPERATOR, MANAGER = "State analyst", "Approver", "Operator", "Training manager"
SECRETARY, DESIGNER = "Committee secretary", "Course designer"
COORDINATOR, SPECIALIST, BIG_COORDINATOR = "Coordinator, Lake", "Specialist, Lake", "Coordinator, Los Angeles"
LETTER = "/agencies/{agency_id}/letters/{letter_id}"
LAKE, BIG = "/agencies/lake/letters/{letter}", "/agencies/los-angeles/letters/{letter}"
