"""Two vocabularies: what the code says, and what the pages say to the people who use them.

"Assignment" and "recipient" mean something else in child support work. A test refuses the code's words in templates
and in the sentences. All terms with their meanings: docs/glossary.md.
"""

# Code word -> page word. The key is matched as a whole word, with its plural.
PAGE_WORDS = {
    "notice": "letter (or release)",
    "recipient": "staff",
    "assignment": "training",
    "audience": "who this is for",
    "enrolment": "training",
    "enrollment": "training",
    "publish": "issue",
    "acknowledge": "confirm",
    "acknowledgement": "confirmation",
    "waive": "does not apply",
    "waiver": "does not apply",
    "sitting": "test",
    "curriculum": "courses",
    "tenant": "agency",
    "user": "staff",
    "body": "committee",
}

REASONS = {
    "STATE_LAW": "State law or regulation",
    "FEDERAL_LAW": "Federal law or regulation",
    "COURT_ORDER": "Court order or settlement",
    "CLARIFICATION": "Clarification asked by one or more agencies",
    "OWN_INITIATIVE": "Started by DCSS",
}

ASKS = {
    "NOTHING": "Nothing: for information",
    "READ": "Read",
    "CONFIRM": "Read and confirm",
    "TRAIN": "Read, confirm and train",
}

KINDS = {
    "POLICY": "Policy",
    "PROGRAM": "Program",
    "RELEASE": "Release of the case system (CCSAS)",
    "OUTAGE": "Outage of the case system",
    "INFORMATION": "Information",
}

STATES = {
    "DRAFT": "Draft",
    "IN_APPROVAL": "Awaiting approval",
    "SCHEDULED": "Scheduled",
    "PUBLISHED": "Issued",
    "WITHDRAWN": "Withdrawn",
    "HISTORIC": "Issued before Cadre",
    "MERGED": "Issued as a new version",
}

ROLES = {
    "coordinator": "Training coordinator",
    "supervisor": "Supervisor",
    "director": "Director",
    "policy_analyst": "Policy analyst",
    "approver": "Approver",
    "training_manager": "Training manager",
    "designer": "Course designer",
    "evaluator": "Evaluator",
    "auditor": "Auditor",
    "operator": "Operator",
}

COMPLETIONS = {
    "COURSE": "Course",
    "BRIEFING": "Local briefing",
    "OTHER_SYSTEM": "Training given elsewhere",
    "CREDIT": "Credit",
}

# Where a course can be taken.
OFFERS = {
    "here": "Taken here",
    "elsewhere": "Given elsewhere",
    "archived": "Archive",
    "unfinished": "Being written",
}

# Fields of forms whose names do not say what stands above them on the page.
FIELDS = {
    "alternative": "What it shows, in words",
    "captions_file": "File of the captions",
    "option-1": "Answers",
    "checked_reason": "Why these are not real numbers",
    "complete_date": "Day",
    "recorded_reason": "Reason",
    "again": "Password once more",
    "again_date": "First day of work here",
    "email": "E-mail",
    "end_date": "Last day",
    "file_not_kept": "File",
    "job_class": "Job class",
    "leave_end": "Last day of leave",
    "leave_start": "First day of leave",
    "local_title": "Title here",
    "markdown": "Text",
    "pass_mark": "Right to pass",
    "place": "Place in the test",
    "section": "Section to look at again",
    "test_version": "The test that ends the course",
    "issue_on": "Day of issue",
    "issue_at": "Time of issue",
    "return_date": "First day back at work",
    "start_date": "First day",
}


def field(name: str) -> str:
    """What stands above a field on the page."""
    return FIELDS.get(name, name.replace("_", " ").capitalize())


# What a file is to its letter.
FILE_KINDS = {"LETTER": "The signed letter (PDF)", "ATTACHMENT": "An attachment"}

# What a file is, by what was found in it.
MEDIA = {
    "application/pdf": "PDF",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel workbook",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PowerPoint slides",
    "text/plain": "plain text",
    "text/csv": "CSV",
    "image/png": "picture",
    "image/jpeg": "picture",
}


def media(media_type: str) -> str:
    """What kind of file it is, as people say it."""
    return MEDIA.get(media_type.partition(";")[0], "file")


def size(size_bytes: int) -> str:
    """`20 kB`, `1.4 MB`."""
    if size_bytes < 1_000_000:  # noqa: PLR2004 - a million bytes
        return f"{max(1, round(size_bytes / 1000))} kB"
    return f"{size_bytes / 1_000_000:.1f} MB"


def place(scope: str) -> str:
    """Name the agency of `agencies/{slug}`, or of a unit of it, without asking anybody: `Los Angeles`."""
    slug = scope.removeprefix("agencies/").partition("/")[0]
    return slug.upper() if slug == "dcss" else slug.replace("-", " ").title()
