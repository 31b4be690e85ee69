"""The register as it is read: what rules on a day, the topics, and the letters of a topic with their days."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from notification.deliveries.visibility import VISIBLE, values
from notification.letters.rules.reading import Reader
from notification.register.rules.asked import Days, Rule
from servicekit.data.db import Db
from servicekit.paging import Page

MOST_OF_TIMELINE = 200
MOST_RULES = 12
MOST_COUNTED = 500
_WITHDRAWN_ON = "(n.withdrawn_at AT TIME ZONE 'America/Los_Angeles')::date"
# Of a letter `n` with a version `s` of its days: it was known on the one day, with that version.
_KNOWN = f"""
s.known_from <= %(known)s AND (s.known_until IS NULL OR s.known_until > %(known)s) AND {VISIBLE}
"""
# It was not withdrawn yet, as far as was known.
_HELD = f"(n.withdrawn_at IS NULL OR {_WITHDRAWN_ON} > least(%(on)s::date, %(known)s::date))"
_ENDED_BY_THEN = f"""
EXISTS (
  SELECT FROM letter_link AS link
  JOIN letter_standing AS s ON s.notice_id = link.notice_id JOIN notice AS n ON n.id = link.notice_id
  WHERE (link.series, link.number) = (ruling.series, ruling.number) AND link.notice_id <> ruling.notice_id
    AND link.whole AND (link.known_from IS NULL OR link.known_from <= %(known)s) AND s.effective <= %(on)s
    AND {_KNOWN} AND {_HELD}
)
"""
# What rules: known, in effect, not withdrawn and by nothing ended that was so itself.
_IN_FORCE = f"""
SELECT ruling.* FROM (
  SELECT s.* FROM letter_standing AS s JOIN notice AS n ON n.id = s.notice_id
  WHERE s.effective <= %(on)s AND {_KNOWN} AND {_HELD} {{which}}
) AS ruling
WHERE NOT {_ENDED_BY_THEN}
"""  # noqa: S608 - made of constants
_TOPIC = "AND s.topics @> ARRAY[%(topic)s]"
_SERIES = "AND s.series = %(series)s"
_OF_RULE = "(rule = ANY(%(around)s) OR rule > %(after_rule)s AND rule < %(before_rule)s)"
# A rule that few letters name is looked up first. Of one that many name, letters are looked at in their order, until
# there are enough.
_FEW = 1_000
_NAMING = f"SELECT DISTINCT notice_id FROM letter_rule WHERE {_OF_RULE} LIMIT {_FEW + 1}"  # noqa: S608 - made of constants
_AMONG_FEW = "AND s.notice_id = ANY(%(few)s)"
_AMONG_MANY = f"""
AND (SELECT true FROM letter_rule AS named WHERE named.notice_id = s.notice_id AND {_OF_RULE} LIMIT 1)
"""  # noqa: S608 - made of constants
_SAID = f"""
n.id AS notice_id, n.series, n.number, n.subject, n.topic, n.issuer, n.demonstration, n.state = 'HISTORIC' AS historic,
shown.effective, shown.exact, shown.section_dates,
  CASE WHEN {_WITHDRAWN_ON} <= %(known)s THEN {_WITHDRAWN_ON} END AS withdrawn_on
"""
_PAGE = f"""
WITH shown AS ({_IN_FORCE} {{page}} ORDER BY effective DESC, series DESC, number DESC LIMIT %(limit)s)
SELECT {_SAID} FROM shown JOIN notice AS n ON n.id = shown.notice_id
ORDER BY shown.effective DESC, shown.series DESC, shown.number DESC
"""  # noqa: S608 - made of constants
# In their order, so that it ends where enough are counted.
_COUNT = f"SELECT count(*) FROM ({_IN_FORCE} ORDER BY effective DESC LIMIT {MOST_COUNTED + 1}) AS counted"  # noqa: S608 - made of constants
_TOPICS = f"""
SELECT topic, count(*)::int AS letters FROM ({_IN_FORCE}) AS ruling CROSS JOIN LATERAL unnest(topics) AS topic
GROUP BY topic ORDER BY topic COLLATE "C"
"""  # noqa: S608 - made of constants
_TIMELINE = f"""
WITH shown AS (
  SELECT s.* FROM letter_standing AS s JOIN notice AS n ON n.id = s.notice_id
  WHERE s.topics @> ARRAY[%(topic)s] AND {_KNOWN}
  ORDER BY s.effective DESC, s.series DESC, s.number DESC LIMIT %(limit)s
)
SELECT {_SAID}
FROM shown JOIN notice AS n ON n.id = shown.notice_id
ORDER BY shown.effective DESC, shown.series DESC, shown.number DESC
"""  # noqa: S608 - made of constants
# Letters that end some, as far as was known, whenever they take effect.
_ENDERS = f"""
SELECT old.notice_id AS ended_id, n.id AS notice_id, n.series, n.number, n.subject, link.parts, link.whole,
  link.rescinds, s.effective
FROM unnest(%(ids)s::uuid[], %(of_series)s::text[], %(numbers)s::text[]) AS old (notice_id, series, number)
JOIN letter_link AS link USING (series, number)
JOIN letter_standing AS s ON s.notice_id = link.notice_id JOIN notice AS n ON n.id = link.notice_id
WHERE link.notice_id <> old.notice_id AND (link.known_from IS NULL OR link.known_from <= %(known)s)
  AND {_KNOWN} AND {_HELD}
ORDER BY s.effective, n.series, n.number
"""  # noqa: S608 - made of constants
_RULES = f"""
SELECT notice_id, rule, kind FROM unnest(%(ids)s::uuid[]) AS one (notice_id)
CROSS JOIN LATERAL (
  SELECT rule, kind FROM letter_rule AS named WHERE named.notice_id = one.notice_id {{which}}
  ORDER BY rule LIMIT {MOST_RULES}
) AS named
"""  # noqa: S608 - made of constants
_SINCE = "SELECT (min(created_at) AT TIME ZONE 'America/Los_Angeles')::date FROM notice"


class Row(NamedTuple):
    """A letter of the register, from when it rules, and when it was withdrawn, as far as was known."""

    notice_id: UUID
    series: str
    number: str
    subject: str
    topic: str
    issuer: str
    demonstration: bool
    historic: bool
    effective: date
    exact: str
    section_dates: list[dict[str, str]]
    withdrawn_on: date | None


class Ender(NamedTuple):
    """A letter that ends another one, from its day of effect on."""

    ended_id: UUID
    notice_id: UUID
    series: str
    number: str
    subject: str
    parts: str
    whole: bool
    rescinds: bool
    effective: date


class Named(NamedTuple):
    """A rule that a letter names."""

    notice_id: UUID
    rule: str
    kind: str


class Topic(NamedTuple):
    """What letters are about, with their number."""

    topic: str
    letters: int


class Asked(NamedTuple):
    """What of the register is asked for; '' and None = any."""

    days: Days
    topic: str = ""
    series: str = ""
    rule: Rule | None = None
    # The letters that name the rule, if they are few.
    few: Sequence[UUID] | None = None


def narrowed(db: Db, asked: Asked) -> Asked:
    """Return what is asked for with the letters that name its rule, if these are few."""
    if asked.rule is None:
        return asked
    naming = db.values(_NAMING, **_of_rule(asked.rule))
    return asked._replace(few=naming if len(naming) <= _FEW else None)


def since(db: Db) -> date | None:
    """Return the day from which on letters are kept here, if there are any."""
    found: date | None = db.value(_SINCE)
    return found


def in_force(db: Db, reader: Reader, asked: Asked, page: Page) -> list[Row]:
    """Return the letters that rule, one more than the page holds."""
    after = page.after_sql("AND", "<", effective="date", series="text", number="text")
    sql = _PAGE.format(which=_which(asked), page=after)
    return db.all(Row, sql, **_values(reader, asked), **page.values("effective", "series", "number"))


def count(db: Db, reader: Reader, asked: Asked) -> int:
    """Return how many letters rule, one more than are counted if there are more."""
    found: int = db.value(_COUNT.format(which=_which(asked)), **_values(reader, asked))
    return found


def topics(db: Db, reader: Reader, days: Days) -> list[Topic]:
    """Return the topics of the letters that rule, A-Z."""
    return db.all(Topic, _TOPICS.format(which=""), **_values(reader, Asked(days)))


def timeline(db: Db, reader: Reader, days: Days, topic: str) -> list[Row]:
    """Return the letters on a topic, whether they rule or not, one more than there may be."""
    limit = MOST_OF_TIMELINE + 1
    return db.all(Row, _TIMELINE, **_values(reader, Asked(days, topic)), limit=limit)


def enders(db: Db, reader: Reader, days: Days, rows: Sequence[Row]) -> dict[UUID, list[Ender]]:
    """Return, by letter, those that end it or will, the first of them first."""
    found: defaultdict[UUID, list[Ender]] = defaultdict(list)
    ids, series, numbers = zip(*(row[:3] for row in rows), strict=True) if rows else ((), (), ())
    asked = {"ids": list(ids), "of_series": list(series), "numbers": list(numbers)}
    for one in db.all(Ender, _ENDERS, **asked, **_values(reader, Asked(days))):
        found[one.ended_id].append(one)
    return found


def rules(db: Db, rows: Sequence[Row], rule: Rule | None) -> dict[UUID, list[Named]]:
    """Return, by letter, the first rules that it names; of those that stand to *rule*, if one is asked for."""
    found: defaultdict[UUID, list[Named]] = defaultdict(list)
    sql = _RULES.format(which=f"AND {_OF_RULE}" if rule else "")
    for one in db.all(Named, sql, ids=[row.notice_id for row in rows], **_of_rule(rule)):
        found[one.notice_id].append(one)
    return found


def _which(asked: Asked) -> str:
    of_rule = "" if asked.rule is None else _AMONG_MANY if asked.few is None else _AMONG_FEW
    return " ".join([_TOPIC if asked.topic else "", _SERIES if asked.series else "", of_rule])


def _values(reader: Reader, asked: Asked) -> dict[str, Any]:
    return {
        **values(reader),
        **_of_rule(asked.rule),
        "on": asked.days.on,
        "known": asked.days.known,
        "topic": asked.topic,
        "series": asked.series,
        "few": asked.few,
    }


def _of_rule(rule: Rule | None) -> dict[str, Any]:
    if rule is None:
        return {}
    after, before = rule.within
    return {"around": rule.around, "after_rule": after, "before_rule": before}
