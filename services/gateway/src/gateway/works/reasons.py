"""Why something about a course under way is refused, in the words of its people."""

REASONS = {
    "GATE_LINES_MISSING": "It does not go on yet: {count} of what this step asks for are missing. They stand here.",
    "PHASE_OTHER": "It is in another step by now. Look at it again.",
    "DECISION_UNFIT": "This does not fit. It takes a decision of this committee, on exactly what stands there now,"
    " for a change of this size; in the step Deliver it takes a training manager.",
    "GATE_NOT_PASSED": "This course is under way as number {work}: it is issued once exactly this draft has passed the"
    " gate of the step Develop.",
    "COURSE_NEEDS_WORK": "A committee looks at this before it is issued: the change is large, or a committee has"
    " taken the course up. Begin a course under way about it, then go on there. If it cannot wait, say so there: the"
    " chair can decide at once.",
    "CLASS_LOWERED": "The rules say that it is a larger change. You may say more than the rules, never less.",
    "NOT_TO_CONFIRM": "Your yes is not asked for here: it takes somebody who did not write this, once, with a part in"
    " it.",
    "WORK_NOT_UNDER_WAY": "It is not under way now: it is on hold, or has ended. Look at it again.",
    "WORK_UNDER_WAY": "It goes on already.",
}
