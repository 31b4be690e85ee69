"""Letters issued elsewhere or before Cadre: kept to be found and read. They ask nothing and reach nobody."""

from collections.abc import Sequence
from dataclasses import fields
from typing import NamedTuple
from uuid import UUID

from notification.letters.rows import name_of
from notification.letters.rules.lifecycle import NumberTaken
from notification.links import links
from notification.links.links import Supersedes
from notification.notices import searching
from notification.notices.rules import history
from notification.notices.rules.history import HistoricLetter
from notification.series import series
from servicekit.data.db import Db

# A letter of ours has the number: what is imported is another letter, or this one by mistake.
_OURS = """
SELECT n.id, n.series, n.number
FROM notice AS n JOIN unnest(%(series)s::text[], %(number)s::text[]) AS given (series, number) USING (series, number)
WHERE n.state NOT IN ('DRAFT', 'HISTORIC')
ORDER BY n.series, n.number LIMIT 1
"""
_SAID = 'issuer, issued_on, subject, effective_printed, staff_action, topic, supersedes, "references", source'
_KEEP = f"""
INSERT INTO notice AS known (
  id, state, kind, series, number, {_SAID}, addressees, reason, contact, change, before, after, until_then, body, asks,
  course_id, course_version, business_days_before_effective, business_days_after_issue, agency_confirms_within,
  demonstration, briefing_counts, writers, return_reason, revision, created_at, version, text_sha256, audience_revision
)
SELECT gen_random_uuid(), 'HISTORIC', s.kind, given.series, given.number, given.issuer, given.issued_on, given.subject,
  given.effective, given.staff_action, given.topic, given.supersedes, given.cites, given.source, '', '', '', '', '', '',
  '', '', 'NOTHING', '', 0, 0, 0, 0, false, false, '{{}}', '', 1, %(at)s, 0, '', 0
FROM unnest(
  %(series)s::text[], %(number)s::text[], %(issuer)s::text[], %(issued_on)s::text[], %(subject)s::text[],
  %(effective)s::text[], %(staff_action)s::text[], %(topic)s::text[], %(supersedes)s::text[], %(references)s::text[],
  %(source)s::text[]
) AS given (
  series, number, issuer, issued_on, subject, effective, staff_action, topic, supersedes, cites, source
)
JOIN series AS s ON s.series = given.series
ORDER BY given.series, given.number
ON CONFLICT (series, number) WHERE state <> 'DRAFT' AND number <> '' DO UPDATE
SET ({_SAID}) = ROW (
    excluded.issuer, excluded.issued_on, excluded.subject, excluded.effective_printed, excluded.staff_action,
    excluded.topic, excluded.supersedes, excluded."references", excluded.source
  ),
  revision = known.revision + 1
WHERE known.state = 'HISTORIC' AND (
  known.issuer, known.issued_on, known.subject, known.effective_printed, known.staff_action, known.topic,
  known.supersedes, known."references", known.source
) <> (
  excluded.issuer, excluded.issued_on, excluded.subject, excluded.effective_printed, excluded.staff_action,
  excluded.topic, excluded.supersedes, excluded."references", excluded.source
)
RETURNING id, series, number
"""  # noqa: S608 - made of constants


class _Numbered(NamedTuple):
    id: UUID
    series: str
    number: str


def keep(db: Db, letters: Sequence[HistoricLetter]) -> int:
    """Take over *letters*; return how many are new or changed. A letter is one by its series and number."""
    history.check(letters, series.known(db))
    columns = {field.name: [getattr(letter, field.name) for letter in letters] for field in fields(HistoricLetter)}
    for ours in db.all(_Numbered, _OURS, series=columns["series"], number=columns["number"]):
        raise NumberTaken(
            "A letter of ours has this number.",
            field="notices",
            series=ours.series,
            number=ours.number,
            notice=name_of(ours.id),
        )
    changed = db.all(_Numbered, _KEEP, **columns, at=db.at)
    said = {(letter.series, letter.number): letter for letter in letters}
    searching.keep(db, {one.id: said[one.series, one.number].day for one in changed})
    on_record = series.known(db)
    for letter in said.values():
        ending = Supersedes(letter.series, letter.number, "", letter.supersedes, historic=True)
        links.refuse_circle(links.circle(db, ending, on_record))
    db.changed("notices", after={"imported": [f"{one.series} {one.number}" for one in changed]})
    return len(changed)
