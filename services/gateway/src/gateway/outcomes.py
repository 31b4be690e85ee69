"""What was done, said on the page that follows a form."""

from gateway.words.sentences import as_number, count

DONE = {
    "saved": "The draft is saved.",
    "submitted": "The letter was sent for approval.",
    "returned": "The letter went back to its author with your reason.",
    "issued": "The letter is issued. Every agency and everyone it is for has it.",
    "scheduled": "The letter is approved. It is issued by itself on the day and at the time that you gave.",
    "withdrawn": "The letter is withdrawn. It leaves the lists of those who still had it to do.",
    "released": "Your staff see this letter from now on.",
    "file-added": "The file is added to the draft.",
    "file-removed": "The file is removed from the draft.",
    "confirmed-for-agency": "Confirmed for your agency.",
    "confirmed": "Confirmed. The state sees that one more person has read the letter, not who.",
    "training-recorded": "Training recorded for {n}. The figures follow within a few seconds.",
    "excused": "Noted: this training does not apply to this person.",
    "reinstated": "This training is on the person's list again.",
    "reinstated-completed": "This training applies again, and is completed: only the test was missing, and was passed "
    "meanwhile.",
    "leave": "The leave is recorded.",
    "back": "Back at work: noted.",
    "left": "Noted: this person left the agency. The record of training is kept.",
    "left-many": "Noted: {n} left the agency. Their records of training are kept.",
    "again": "Noted: this person works here. What is for the person comes back within a few seconds.",
    "identity": "Name, e-mail and telephone are saved.",
    "added": "The person is added. Letters and training will be on the person's list within a few seconds.",
    "lead": "Recorded who leads this unit.",
    "lead-ended": "Noted: they lead this unit no longer from that day on. It stays on record that they did.",
    "unit": "Unit, title and class are saved.",
    "section": "Saved.",
    "course-begun": "The course is begun. Add its sections, choose its test, then issue its first version.",
    "course-issued": "The new version is issued. New letters can ask for it.",
    "section-removed": "The section is removed from the draft.",
    "test-begun": "The test is begun. Add its questions, try it, then issue its first version.",
    "test-issued": "The new version is issued. Choose it in the draft of the course that it ends.",
    "question-removed": "The question is removed from the draft.",
    "moved": "Moved.",
    "reaction": "Thank you. Your answer is counted with those of others; no name is kept.",
    "replayed": "The event was handled once more.",
    "audits-count": "The services count now. Refresh to see what they find.",
    "job-runs": "The job runs now. Refresh to see how it went.",
    "task-tried": "It is tried again now, or leaves this list if what it was for is over. Refresh to see how it went.",
    "job-paused": "The job is paused, with your reason.",
    "job-resumed": "The job runs again.",
    "rebuild": "Asked for. It begins within a second or two: refresh to see how far it is.",
    "discarded": "The event is discarded, with your reason.",
    "signed-out": "You are signed out.",
    "email-confirmed": "Your e-mail address is confirmed.",
    "sign-in-ended": "The sign-in is ended.",
    "sign-ins-ended": "Your other sign-ins are ended.",
    "all-sign-ins-ended": "Every sign-in of this person is ended, with your reason.",
    "invitation-revoked": "The invitation is taken back. Its link is good no more.",
    "calendar": "The calendar is saved. What is issued from now on is due by it; what is out stays due on its day.",
    "agency-calendar": "Saved. No due date is changed by it.",
    "dropped": "What you had typed is dropped.",
}


def done(code: str, number: str) -> str:
    """Say what was done; nothing for a code that is not ours."""
    people = count(as_number(number) or 0, "person", "people") if number else ""
    return DONE.get(code, "").format(n=people)
