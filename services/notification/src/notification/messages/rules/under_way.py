"""What messages say of courses under way."""

from notification.messages.rules.words import Facts, Said, day


def given(about: str, facts: Facts) -> Said:
    """Somebody has it in hand."""
    lines = ("You have it in hand from now on. The page says what is still missing.",)
    return Said(f"A course under way is with you: {facts['work']}", lines, f"/{about}", "Open it")


def waits(about: str, facts: Facts) -> Said:
    """A committee has it in hand."""
    lines = ("The page says what it is to decide on, and what is still missing.",)
    return Said(f"{facts['body']} has a course under way in hand: {facts['work']}", lines, f"/{about}", "Open it")


def ratify(about: str, facts: Facts) -> Said:
    """A chair decided at once, and the committee has still to vote."""
    lines = (
        f"The chair of {facts['body']} decided at once on the course under way {facts['work']}.",
        f"Please let {facts['body']} vote on it by {day(facts['until'])}. Until then it is shown as not ratified.",
    )
    return Said(f"{facts['body']} has something to ratify", lines, f"/{about}", "Open it")
