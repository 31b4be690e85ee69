"""How much a new version changes: what anybody who weighs it sees first."""

from curriculum.courses.rules.courses import Content
from curriculum.governance.rules.bodies import DecisionClass

# Of the minutes of a course, how many may be new before it is another course [ours].
_MOST_NEW = 20


def class_of(before: Content | None, after: Content) -> DecisionClass:
    """Return the class of the change from *before* (None = there was no version) to *after*.

    What is new, has another test, or more than a fifth of its minutes in sections that were not there so, is major. A
    program cannot tell words from facts: nothing is editorial by it.
    """
    if before is None or before.test_version != after.test_version:
        return DecisionClass.MAJOR
    kept, gone = set(after.sections) & set(before.sections), set(before.sections) - set(after.sections)
    new = sum(section.minutes for section in after.sections if section not in kept)
    lost = sum(section.minutes for section in gone)
    whole = max(before.minutes, after.minutes, 1)
    return DecisionClass.MAJOR if 100 * max(new, lost) > _MOST_NEW * whole else DecisionClass.MINOR
