"""A copy of the state's calendar, by which due dates are counted."""

from datetime import date, datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from servicekit.data import migrations

revision = "0009"
down_revision = "0008"

# Printed by the state human resources department, with Government Code 19853: when offices are closed, month and day.
_YEARS = """
2015 0101 0119 0216 0331 0525 0907 1111 1126 1127 1225
2016 0101 0118 0215 0331 0530 0704 0905 1111 1124 1125 1226
2017 0102 0116 0220 0331 0529 0704 0904 1110 1123 1124 1225
2018 0101 0115 0219 0528 0704 0903 1112 1122 1123 1225
2019 0101 0121 0218 0401 0527 0704 0902 1111 1128 1129 1225
2020 0101 0120 0217 0331 0525 0907 1111 1126 1127 1225
2021 0101 0118 0215 0331 0531 0705 0906 1111 1125 1126
2022 0117 0221 0331 0530 0704 0905 1111 1124 1125 1226
2023 0102 0116 0220 0331 0529 0704 0904 1110 1123 1124 1225
2024 0101 0115 0219 0401 0527 0704 0902 1111 1128 1129 1225
2025 0101 0120 0217 0331 0526 0704 0901 1111 1127 1128 1225
2026 0101 0119 0216 0331 0525 0907 1111 1126 1127 1225
2027 0101 0118 0215 0331 0531 0705 0906 1111 1125 1126
2028 0117 0221 0331 0529 0704 0904 1110 1123 1124 1225
2029 0101 0115 0219 0528 0704 0903 1112 1122 1123 1225
2030 0101 0121 0218 0401 0527 0704 0902 1111 1128 1129 1225
2031 0101 0120 0217 0331 0526 0704 0901 1111 1127 1128 1225
2032 0101 0119 0216 0331 0531 0705 0906 1111 1125 1126
2033 0117 0221 0331 0530 0704 0905 1111 1124 1125 1226
2034 0102 0116 0220 0331 0529 0704 0904 1110 1123 1124 1225
2035 0101 0115 0219 0528 0704 0903 1112 1122 1123 1225
"""


def upgrade() -> None:
    """Make the table, with the years that are known today: nothing is ever counted by weekends alone."""
    op.create_table(
        "calendar_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("closed", ARRAY(sa.Date()), nullable=False),
        sa.PrimaryKeyConstraint("year", name="pk_calendar_year"),
    )
    columns = (sa.column("year", sa.Integer), sa.column("revision", sa.BigInteger), sa.column("closed", ARRAY(sa.Date)))
    op.bulk_insert(sa.table("calendar_year", *columns), [_year(line) for line in _YEARS.strip().splitlines()])
    migrations.needs_audit(op, "calendar_year")


def _year(line: str) -> dict[str, object]:
    year, *days = line.split()
    return {"year": int(year), "revision": 0, "closed": [_day(f"{year}{day}") for day in days]}


def _day(said: str) -> date:
    return datetime.strptime(said, "%Y%m%d").date()  # noqa: DTZ007 - a day has no time zone
