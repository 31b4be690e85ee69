"""The catalogue, and the writing of courses."""

from gateway.courses import catalogue, changes, editor, media, pieces, uploading
from gateway.web.area import Area
from gateway.web.navigation import Item, Top

_REASONS = {
    "COURSE_INCOMPLETE": "The course lacks something: {missing}.",
    "COURSE_UNCHANGED": "The draft is what the newest version holds.",
    "FILE_KIND_UNKNOWN": "This is no file that a course can have. Pictures: PNG or JPEG. Films and recordings: MP4,"
    " M4A, MP3 or WAV. Files to take along: PDF, Word, Excel, PowerPoint or plain text.",
    "RECORDING_UNREADABLE": "How long this film or recording is cannot be read from it: perhaps it is damaged. Save it"
    " again as MP4, M4A, MP3 or WAV.",
    "MEDIA_MISSING": "A file of this section is no longer there. Remove it from the section, then bring it in again.",
    "STORE_FULL": "There is no room for this file. Nothing was saved; tell whoever runs Cadre here.",
    "UPLOAD_OUT_OF_PLACE": "The file did not arrive in its order. Choose it again: what has come already is kept.",
}
_DONE = {
    "course-begun": "The course is begun. Add its sections, choose its test, then issue its first version.",
    "course-issued": "The new version is issued. New letters can ask for it.",
    "piece-added": "Added. It stands after the text, or where a line of the text says its number.",
    "piece-removed": "Removed from the draft. Versions that were issued keep it.",
    "section-removed": "The section is removed from the draft.",
}

AREA = Area(
    # Uploads before what a course could be called.
    routers=(catalogue.router, changes.router, uploading.router, media.router, pieces.router, editor.router),
    navigation=(Item(Top.TRAINING, "Courses", "/catalogue", also=("/courses",)),),
    reasons=_REASONS,
    done=_DONE,
    adjectives={
        "picture": lambda piece: piece.WhichOneof("what") == "picture",
        "recording": lambda piece: piece.WhichOneof("what") == "recording",
        "download": lambda piece: piece.WhichOneof("what") == "download",
        "film_to_see": lambda media: media.media_type.startswith("video/"),
    },
)
