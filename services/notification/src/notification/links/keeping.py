"""What is kept of a letter's words beside them: letters that it ends or names, its rules, and from when it rules."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from notification.letters.rules import printed_days
from notification.letters.rules.cited import ended, referred, ruled
from notification.letters.rules.letter import TEXTS
from notification.letters.rules.printed_days import Exact
from servicekit.data.db import Db
from servicekit.text import line

_OTHERS = ", ".join(
    f'"{name}"'
    for name, text in TEXTS.items()
    if text.finds and name not in {"references", "supersedes", "replaces", "topic"}
)
_LETTERS = f"""
SELECT id, series, number, version, state = 'HISTORIC' AS historic, replaces, supersedes, "references", topic,
  effective_date, section_dates, effective_printed, issued_on, ARRAY[{_OTHERS}] AS others,
  (SELECT (published_at AT TIME ZONE 'America/Los_Angeles')::date FROM notice_version AS later
   WHERE (later.notice_id, later.version) = (notice.id, notice.version) AND later.version > 1) AS amended
FROM notice WHERE id = ANY(%(ids)s) ORDER BY id
"""  # noqa: S608 - made of constants
# A version that comes ends the one before it, from its own day on.
_KEEP = """
WITH link AS (
  SELECT * FROM unnest(%(link_ids)s::uuid[], %(link_series)s::text[], %(link_numbers)s::text[], %(link_whole)s::bool[],
    %(link_rescinds)s::bool[], %(link_parts)s::text[], %(link_known_from)s::date[])
    AS one (notice_id, series, number, whole, rescinds, parts, known_from)
), links_gone AS (
  DELETE FROM letter_link AS old WHERE notice_id = ANY(%(letters)s) AND NOT EXISTS (
    SELECT FROM link WHERE (link.notice_id, link.series, link.number) = (old.notice_id, old.series, old.number))
), links_kept AS (
  INSERT INTO letter_link (notice_id, series, number, whole, rescinds, parts, known_from) SELECT * FROM link
  ON CONFLICT (notice_id, series, number) DO UPDATE
  SET whole = excluded.whole, rescinds = excluded.rescinds, parts = excluded.parts
), named AS (
  SELECT * FROM unnest(%(named_ids)s::uuid[], %(named_series)s::text[], %(named_numbers)s::text[],
    %(named_kinds)s::text[]) AS one (notice_id, series, number, kind)
), named_gone AS (
  DELETE FROM letter_reference AS old WHERE notice_id = ANY(%(letters)s) AND NOT EXISTS (
    SELECT FROM named WHERE (named.notice_id, named.series, named.number) = (old.notice_id, old.series, old.number))
), named_kept AS (
  INSERT INTO letter_reference (notice_id, series, number, kind) SELECT * FROM named
  ON CONFLICT (notice_id, series, number) DO UPDATE SET kind = excluded.kind
), rules AS (
  SELECT * FROM unnest(%(rule_ids)s::uuid[], %(rules)s::text[], %(rule_kinds)s::text[]) AS one (notice_id, rule, kind)
), rules_gone AS (
  DELETE FROM letter_rule AS old WHERE notice_id = ANY(%(letters)s) AND NOT EXISTS (
    SELECT FROM rules WHERE (rules.notice_id, rules.rule) = (old.notice_id, old.rule))
), rules_kept AS (
  INSERT INTO letter_rule (notice_id, rule, kind) SELECT * FROM rules
  ON CONFLICT (notice_id, rule) DO UPDATE SET kind = excluded.kind
), standing AS (
  SELECT notice_id, version, series, number, known_from, effective, exact, string_to_array(topics, '|') AS topics,
    section_dates::jsonb
  FROM unnest(%(letters)s::uuid[], %(versions)s::int[], %(series)s::text[], %(numbers)s::text[], %(known_from)s::date[],
    %(effective)s::date[], %(exact)s::text[], %(topics)s::text[], %(section_dates)s::text[])
    AS one (notice_id, version, series, number, known_from, effective, exact, topics, section_dates)
), version_before AS (
  UPDATE letter_standing AS old SET known_until = standing.known_from FROM standing
  WHERE old.notice_id = standing.notice_id AND old.version < standing.version AND old.known_until IS NULL
)
INSERT INTO letter_standing (notice_id, version, series, number, known_from, effective, exact, topics, section_dates)
SELECT notice_id, version, series, number, known_from, effective, exact, topics, section_dates FROM standing
ON CONFLICT (notice_id, version) DO UPDATE
SET known_from = excluded.known_from, effective = excluded.effective, exact = excluded.exact, topics = excluded.topics,
  section_dates = excluded.section_dates
"""
_LINK = ("link_ids", "link_series", "link_numbers", "link_whole", "link_rescinds", "link_parts", "link_known_from")
_NAMED = ("named_ids", "named_series", "named_numbers", "named_kinds")
_RULE = ("rule_ids", "rules", "rule_kinds")
_STANDING = ("letters", "versions", "series", "numbers", "known_from", "effective", "exact", "topics", "section_dates")


class _Letter(NamedTuple):
    id: UUID
    series: str
    number: str
    version: int
    historic: bool
    replaces: str
    supersedes: str
    references: str
    topic: str
    effective_date: date | None
    section_dates: list[dict[str, str]]
    effective_printed: str
    issued_on: str
    others: list[str]
    amended: date | None


def keep(db: Db, days: Mapping[UUID, date], series: Sequence[str]) -> None:
    """Keep what the letters say that are keys of *days*, each issued on its day; *series* are those that there are."""
    letters = db.all(_Letter, _LETTERS, ids=list(days))
    ends = [
        (letter.id, one.number.series, one.number.number, one.whole, one.rescinds, one.said, letter.amended)
        for letter in letters
        for one in ended(letter.replaces, letter.supersedes, series, historic=letter.historic).values()
        if (one.number.series, one.number.number) != (letter.series, letter.number)
    ]
    ending = {row[:3] for row in ends}
    named = [
        (letter.id, number.series, number.number, kind.value)
        for letter in letters
        for number, kind in referred(letter.references, letter.others, series).items()
        if (number.series, number.number) != (letter.series, letter.number)
    ]
    rules = [
        (letter.id, rule, kind.value)
        for letter in letters
        for rule, kind in ruled(letter.references, [*letter.others, letter.replaces, letter.supersedes]).items()
    ]
    db.run(
        _KEEP,
        **_columns(_LINK, ends),
        **_columns(_NAMED, [row for row in named if row[:3] not in ending]),
        **_columns(_RULE, rules),
        **_columns(_STANDING, [_standing(letter, days[letter.id]) for letter in letters]),
    )


def topics_of(topic: str) -> list[str]:
    """Return the topics of a letter, each for itself and in small letters: `Intake, enforcement` are two."""
    apart = (line(one).lower() for one in topic.replace(";", ",").replace("|", ",").split(","))
    return list(dict.fromkeys(one for one in apart if one))


def _columns(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, list[Any]]:
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    return {name: list(column) for name, column in zip(names, columns, strict=True)}


def _standing(letter: _Letter, day: date) -> tuple[object, ...]:
    if letter.historic:
        issue = printed_days.issued(letter.issued_on, letter.number)
        effective, exact = printed_days.effective(letter.effective_printed, issue)
    else:
        # What is out was complete, so it has an effective date.
        effective, exact = letter.effective_date or day, Exact.DAY
    topics = "|".join(topics_of(letter.topic))
    known = letter.amended or day
    standing = (letter.id, letter.version, letter.series, letter.number, known, effective, exact.value, topics)
    return (*standing, json.dumps(letter.section_dates))
