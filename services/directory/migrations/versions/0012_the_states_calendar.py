"""The state's calendar: its holidays by year, and where agencies differ from them."""

from datetime import date, datetime

import sqlalchemy as sa
from alembic import op

from servicekit.data import migrations

revision = "0012"
down_revision = "0011"

_TITLES = (
    "New Year's Day",
    "Martin Luther King Jr. Day",
    "Presidents' Day",
    "Cesar Chavez Day",
    "Memorial Day",
    "Independence Day",
    "Labor Day",
    "Veterans Day",
    "Thanksgiving Day",
    "Day after Thanksgiving",
    "Christmas Day",
)
# Printed by the state human resources department, with Government Code 19853: the holidays in the order of their
# titles, month and day; after `>` when offices are closed for one, if it is another day or none.
_YEARS = """
2015 0101 0119 0216 0331 0525 0704> 0907 1111 1126 1127 1225
2016 0101 0118 0215 0331 0530 0704 0905 1111 1124 1125 1225>1226
2017 0101>0102 0116 0220 0331 0529 0704 0904 1111>1110 1123 1124 1225
2018 0101 0115 0219 0331> 0528 0704 0903 1111>1112 1122 1123 1225
2019 0101 0121 0218 0331>0401 0527 0704 0902 1111 1128 1129 1225
2020 0101 0120 0217 0331 0525 0704> 0907 1111 1126 1127 1225
2021 0101 0118 0215 0331 0531 0704>0705 0906 1111 1125 1126 1225>
2022 0101> 0117 0221 0331 0530 0704 0905 1111 1124 1125 1225>1226
2023 0101>0102 0116 0220 0331 0529 0704 0904 1111>1110 1123 1124 1225
2024 0101 0115 0219 0331>0401 0527 0704 0902 1111 1128 1129 1225
2025 0101 0120 0217 0331 0526 0704 0901 1111 1127 1128 1225
2026 0101 0119 0216 0331 0525 0704> 0907 1111 1126 1127 1225
2027 0101 0118 0215 0331 0531 0704>0705 0906 1111 1125 1126 1225>
2028 0101> 0117 0221 0331 0529 0704 0904 1111>1110 1123 1124 1225
2029 0101 0115 0219 0331> 0528 0704 0903 1111>1112 1122 1123 1225
2030 0101 0121 0218 0331>0401 0527 0704 0902 1111 1128 1129 1225
2031 0101 0120 0217 0331 0526 0704 0901 1111 1127 1128 1225
2032 0101 0119 0216 0331 0531 0704>0705 0906 1111 1125 1126 1225>
2033 0101> 0117 0221 0331 0530 0704 0905 1111 1124 1125 1225>1226
2034 0101>0102 0116 0220 0331 0529 0704 0904 1111>1110 1123 1124 1225
2035 0101 0115 0219 0331> 0528 0704 0903 1111>1112 1122 1123 1225
"""


def upgrade() -> None:
    """Make the tables, with the years that are known today: due dates are counted by them from the first one on."""
    op.create_table(
        "calendar_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name="pk_calendar_year"),
    )
    op.create_table(
        "holiday",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["year"], ["calendar_year.year"], name="fk_holiday_year_calendar_year"),
        sa.PrimaryKeyConstraint("day", name="pk_holiday"),
    )
    op.create_index("ix_holiday_year", "holiday", ["year"])
    op.create_table(
        "agency_calendar",
        sa.Column("agency_id", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_agency_calendar_agency_id_agency"),
        sa.PrimaryKeyConstraint("agency_id", "year", name="pk_agency_calendar"),
    )
    op.create_table(
        "agency_day",
        sa.Column("agency_id", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_agency_day_agency_id_agency"),
        sa.PrimaryKeyConstraint("agency_id", "day", name="pk_agency_day"),
    )
    years, holidays = _known()
    op.bulk_insert(sa.table("calendar_year", sa.column("year", sa.Integer), sa.column("revision", sa.Integer)), years)
    columns = (
        sa.column("day", sa.Date),
        sa.column("year", sa.Integer),
        sa.column("title"),
        sa.column("closed_on", sa.Date),
    )
    op.bulk_insert(sa.table("holiday", *columns), holidays)
    migrations.needs_audit(op, "calendar_year", "holiday", "agency_calendar", "agency_day")


def _known() -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    years: list[dict[str, object]] = []
    holidays: list[dict[str, object]] = []
    for line in _YEARS.strip().splitlines():
        year, *cells = line.split()
        years.append({"year": int(year), "revision": 1})
        for title, cell in zip(_TITLES, cells, strict=True):
            day, moved, closed = cell.partition(">")
            closed_on = _day(year, closed if moved else day)
            holidays.append({"day": _day(year, day), "year": int(year), "title": title, "closed_on": closed_on})
    return years, holidays


def _day(year: str, said: str) -> date | None:
    return datetime.strptime(f"{year}{said}", "%Y%m%d").date() if said else None  # noqa: DTZ007 - a day has no time zone
