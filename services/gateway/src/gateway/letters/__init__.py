"""Letters and releases: written, approved, sent to agencies, and how far agencies and staff are with them."""

from cadre.enrollment.v1 import completion_service_pb2 as completion_pb
from cadre.notification.v1 import notice_service_pb2 as pb
from gateway.letters import (
    agency_letters,
    agency_notice,
    approval,
    briefing,
    composer,
    downloads,
    elsewhere,
    files,
    letter_form,
    letters,
    mistakes,
    state_letters,
    state_notice,
)
from gateway.web.area import Area
from gateway.web.navigation import Item, Top

_REASONS = {
    "SELF_APPROVAL": "You wrote this letter. A second person must approve it.",
    "NOT_ITS_WRITER": "Only those who wrote this letter take it back. An approver can return it with a reason.",
    "AUDIENCE_NOT_READY": "The list of staff is still being made. Wait a few seconds, then issue it again.",
    "APPROVAL_VOID": "This is not what was sent for approval: {differs} changed since. Return it to its author.",
    "NUMBER_TAKEN": "{series} {number} is taken by another letter. Choose the next free number.",
    "SUPERSEDES_ITSELF": "By way of the letters that it supersedes this letter would supersede itself: {path}. Take one"
    " of them out.",
    "WRONG_STATE": "This letter was changed in the meantime. Open it again to see how it stands.",
    "TEXT_CHANGED": "This is not the text that was issued. Open the letter again, then confirm.",
    "ALREADY_CONFIRMED": "This was confirmed before. The first confirmation stands.",
    "NOT_CONFIRMED": "Your agency has not confirmed this letter yet. Say this with the confirmation.",
    "FILE_EMPTY": "The file is empty. Choose another one.",
    "FILE_TOO_LARGE": "The file {rule}.",
    "FILE_TYPE_NOT_ALLOWED": "The file {rule}.",
    "FILE_DAMAGED": "The file {rule}. Save it again, then attach it.",
    "FILE_ENCRYPTED": "The file {rule}. Save it without one, then attach it.",
    "FILE_TOO_COMPLEX": "The file {rule}, and is not. Save it anew from the program that made it, or send it in parts.",
    "FILE_READERS_BUSY": "Other files are being checked at this moment. Choose it again in a few seconds.",
    "TOO_MANY_FILES": "The letter has {value} files. It cannot have more.",
    "FILE_ATTACHED_ALREADY": "The file {rule}.",
    "TEXT_UNREADABLE": "There is no text that could be checked ({where}). Look at the file and write what you saw.",
    "PERSONAL_NUMBERS_FOUND": "The file seems to hold personal numbers ({where}). Take them out, or write why they are"
    " none.",
    "NOTICE_WITHDRAWN": "This letter was withdrawn. There is nothing to do for it any more.",
    "EXPRESSION_FIXED": "Whom a letter is for does not change any more. Open the letter again to see how it stands.",
    "BRIEFING_DOES_NOT_COUNT": "For this letter a local briefing does not count. Record another kind of training.",
    "ASSIGNMENT_NOT_WAIVED": "Nobody noted that this does not apply, so there is nothing to undo.",
    "TRAINING_NOT_ASKED": "The letter was amended since, and no longer asks for this training.",
    "TRAINING_IN_FUTURE": "The date lies ahead. Record training after it was given.",
    "TRAINING_BEFORE_NOTICE": "The date lies before the letter. Only training on this change counts.",
    "PEOPLE_NOT_OF_AGENCY": "Some of these people do not work at this agency, or not in a unit that you lead.",
    "COURSE_TAKEN": "Some of these people took the course. That stays; leave them out.",
    "PEOPLE_EXCUSED": "To some of these people it does not apply.",
}
_DONE = {
    "submitted": "The letter was sent for approval.",
    "recalled": "The letter is a draft again. Nobody is asked to approve it until you send it anew.",
    "returned": "The letter went back to its author with your reason.",
    "issued": "The letter is issued. Every agency and everyone it is for has it.",
    "scheduled": "The letter is approved. It is issued by itself on the day and at the time that you gave.",
    "withdrawn": "The letter is withdrawn. It leaves the lists of those who still had it to do.",
    "released": "Your staff see this letter from now on.",
    "begun-anew": "What you typed is a new draft. What it does not say yet is listed with its step.",
    "letter-deleted": "The draft is deleted, with its files.",
    "file-added": "The file is added to the draft.",
    "file-removed": "The file is removed from the draft.",
    "confirmed-for-agency": "Confirmed for your agency.",
    "training-recorded": "Training recorded for {n}.",
    "training-recorded-in-units": "{units}, {n}: trained.",
    "training-recorded-before": "Nothing new to record: this was recorded before{at}.",
    "training-under-way": "Training recorded for {n}. The figures below follow within a few seconds.",
    "training-taken-back": "Taken back for {n}. It is on their list again.",
    "training-going-back": "Taken back for {n}. The figures below follow within a few seconds.",
    "lead-changed": "Who leads this here, and what is in the way, is saved.",
    "excused": "Noted: this training does not apply to this person.",
    "reinstated": "This training is on the person's list again.",
    "reinstated-completed": "This training applies again, and is completed: only the test was missing, and was passed "
    "meanwhile.",
}


AREA = Area(
    routers=(
        state_letters.router,
        composer.router,
        approval.router,
        state_notice.router,
        downloads.router,
        files.router,
        agency_letters.router,
        agency_notice.router,
        briefing.router,
        mistakes.router,
        elsewhere.router,
    ),
    navigation=(
        Item(
            Top.CHANGES, "Letters and drafts", "/letters", offered=letters.of_the_state, also=("/agencies", "/ladders")
        ),
        Item(Top.CHANGES, "Letters", "/{agency}/letters", at="readiness.read_agency"),
    ),
    reasons=_REASONS,
    done=_DONE,
    labels=letter_form.LABELS,
    adjectives={
        "draft": lambda letter: letter.state == pb.Notice.DRAFT,
        "awaiting_approval": lambda letter: letter.state == pb.Notice.IN_APPROVAL,
        "scheduled": lambda letter: letter.state == pb.Notice.SCHEDULED,
        "issued": lambda letter: letter.state == pb.Notice.PUBLISHED,
        "withdrawn": lambda letter: letter.state == pb.Notice.WITHDRAWN,
        "urgent": lambda letter: letter.urgent_reason != "",
        "historic": lambda letter: letter.state == pb.Notice.HISTORIC,
        "asking_nothing": lambda letter: letter.asks in (pb.ASKS_UNSPECIFIED, pb.NOTHING),
        "asking_for_confirmation": lambda letter: letter.asks in (pb.CONFIRM, pb.TRAIN),
        "asking_for_training": lambda letter: letter.asks == pb.TRAIN,
        "a_briefing": lambda recording: recording.kind == completion_pb.Completion.BRIEFING,
        "signed_letter": lambda file: file.kind == pb.Attachment.LETTER,
    },
)
