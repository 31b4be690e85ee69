"""The forms of a release and of a change item, declared once."""

from cadre.notification.v1 import release_service_pb2 as pb
from gateway.releases import phrases
from gateway.web.declared import Chosen, Day, Line, Lines, Named
from servicekit.calendar import YEARS_OF_DOCUMENTS

RELEASE = (
    Line("release_number", "Release", "Such as CCSAS 26.3", of="number", needed=True, most=40, size="medium"),
    Line("release_title", "What it is, in a few words", of="title", needed=True, most=200),
    Named("release_kind", "Kind", of="kind", values=phrases.KINDS, enum=pb.Release.Kind, needed=True),
    Lines("release_summary", "What agencies should know", of="summary", most=5_000),
    Line("release_contact", "Contact", "Whom agencies ask: name and e-mail", of="contact", most=200),
    Day("test_date", "In the test environment from", years=YEARS_OF_DOCUMENTS),
    Day("training_date", "In the training environment from", years=YEARS_OF_DOCUMENTS),
    Day("production_date", "In production from", needed=True, years=YEARS_OF_DOCUMENTS),
    Line("production_hours", "Hours of that day", "Such as Friday 6 p.m. to Saturday 6 a.m.", most=120),
    Day(
        "freeze_from_date",
        "Freeze window, first day",
        "In the window nothing new comes into the case system, its settings or its training environment.",
        years=YEARS_OF_DOCUMENTS,
    ),
    Day("freeze_to_date", "Freeze window, last day", years=YEARS_OF_DOCUMENTS),
)
ITEM_ID = Line("item_id", "Item", "As the change is tracked: CR-1482", needed=True, most=40, size="medium")
ITEM = (
    ITEM_ID,
    Line("item_title", "What changes, in a few words", of="title", needed=True, most=200),
    Chosen("item_area", "Functional area", of="area", needed=True),
    Line("item_page", "Page, form or batch", of="page", most=200),
    Lines("item_before", "Before", of="before", most=2_000),
    Lines("item_after", "From the day of the release", of="after", needed=True, most=2_000),
    Lines("item_reason", "Reason", "A defect, an enhancement, a policy letter", of="reason", most=2_000),
    Lines("workaround", "Workaround that ends", "What staff do until then because of a fault", most=2_000),
    Day("workaround_ends", "Last day of the workaround", of="workaround_end_date", years=YEARS_OF_DOCUMENTS),
    Named(
        "item_training",
        "What staff need",
        of="training",
        values=phrases.TRAINING,
        enum=pb.ChangeItem.Training,
        unsaid="Nothing",
    ),
    Lines("procedures", "Procedure pages that change", most=2_000),
    Lines("known_issues", "Known issues", most=2_000),
)
