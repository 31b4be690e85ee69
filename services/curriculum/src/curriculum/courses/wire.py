"""Between the contract and the curriculum's own terms."""

import uuid
from collections.abc import Collection, Iterable
from datetime import date

from cadre.curriculum.v1 import course_service_pb2 as pb
from cadre.curriculum.v1 import media_service_pb2 as media_pb
from curriculum.courses.records import content_of_draft, course_of, sections_of
from curriculum.courses.rules import catalogue
from curriculum.courses.rules.catalogue import Offer
from curriculum.courses.rules.courses import Course, Section, missing
from curriculum.courses.rules.pieces import MOST_BYTES, Check, Download, Media, Option, Picture, Piece, Recording
from curriculum.courses.tables import CourseRow, CourseVersionRow, UploadRow
from curriculum.governance import decisions
from curriculum.governance.tables import DecisionRow
from curriculum.governance.wire import decision_line
from servicekit import names
from servicekit.files.store import PIECE_BYTES
from servicekit.refusals import InvalidField
from servicekit.rpc.wire import timestamp

_MOST_NAMES = 1_000


def course_id(name: str, *, field: str = "name") -> str:
    """Return the id in `courses/{course}`."""
    return names.slug_in("courses/{course}", name, field=field)


def version_id(name: str, *, field: str = "name") -> tuple[str, int]:
    """Return course id and number in `courses/{course}/versions/{version}`."""
    return names.version_in("courses/{course}/versions/{version}", name, field=field)


def version_ids(given: Collection[str]) -> set[tuple[str, int]]:
    """Return course id and number of each of the versions named."""
    if len(given) > _MOST_NAMES:
        raise InvalidField("names", len(given), f"must be at most {_MOST_NAMES}")
    return {version_id(name, field=f"names[{n}]") for n, name in enumerate(given)}


def test_id(name: str) -> str:
    """Return the id in `tests/{test}`; '' if none is asked for."""
    return names.slug_in("tests/{test}", name, field="test") if name else ""


def offers(request: pb.ListCoursesRequest, *, writes: bool) -> Collection[Offer]:
    """Return which courses a request for the catalogue asks for, of those that the caller sees."""
    asked = Offer(pb.Offer.Name(request.offer)) if request.offer else None
    seen = catalogue.offers(asked, writes=writes)
    return [offer for offer in seen if offer is Offer.HERE or not request.only_published]


def written(message: pb.Course) -> Course:
    """Return what people write of a course: all of *message* but name, newest version and etag."""
    return Course(
        title=message.title,
        provider=message.provider,
        delivery_mode=message.delivery_mode,
        duration=message.duration,
        audience=message.audience,
        source_url=message.source_url,
        confidence=message.confidence,
        year_or_date=message.year_or_date,
        summary=message.summary,
        demonstration=message.demonstration,
        sections=tuple(
            _section(section, field=f"course.sections[{n}].pieces") for n, section in enumerate(message.sections)
        ),
        test_version=message.test_version,
    )


def entries(messages: Iterable[pb.Course]) -> dict[str, Course]:
    """Return the courses of an import by id; each may come once."""
    courses: dict[str, Course] = {}
    for n, message in enumerate(messages):
        field = f"courses[{n}].name"
        slug = course_id(message.name, field=field)
        if slug in courses:
            raise InvalidField(field, message.name, "must come once")
        courses[slug] = written(message)
    return courses


def course(row: CourseRow) -> pb.Course:
    """Return the course with its draft."""
    answer = entry(row)
    draft = course_of(row)
    answer.sections.extend(sections(draft.sections))
    answer.missing.extend(missing(draft))
    answer.content_sha256 = content_of_draft(row).sha256
    return answer


def listed(row: CourseRow, minutes: int, today: date) -> pb.Course:
    """Return the course as lists and the catalogue show it: with where it can be taken."""
    answer = entry(row, minutes)
    offer = catalogue.offer_of(row.latest_version, row.source_url, row.year_or_date, today)
    answer.offer = pb.Offer.Value(offer.value)
    return answer


def entry(row: CourseRow, minutes: int = 0) -> pb.Course:
    """Return the course without its sections; *minutes* of its newest version."""
    return pb.Course(
        name=f"courses/{row.id}",
        title=row.title,
        provider=row.provider,
        delivery_mode=row.delivery_mode,
        duration=row.duration,
        audience=row.audience,
        source_url=row.source_url,
        confidence=row.confidence,
        year_or_date=row.year_or_date,
        summary=row.summary,
        demonstration=row.demonstration,
        test_version=row.test_version,
        latest_version=row.latest_version,
        etag=str(row.revision),
        minutes=minutes,
    )


def course_version(row: CourseVersionRow, latest: int, decision: DecisionRow, *, writes: bool) -> pb.CourseVersion:
    """Return a version as learners take it; *latest* is the number of the newest one.

    Who decided on it is said to those who write courses.
    """
    answer = version_entry(row, latest, decision, writes=writes)
    answer.sections.extend(sections(sections_of(row)))
    return answer


def newest(row: CourseVersionRow, decision: DecisionRow) -> pb.CourseVersion:
    """Return a version that was published just now."""
    return course_version(row, row.version, decision, writes=True)


def version_outline(row: CourseVersionRow, latest: int, decision: DecisionRow, *, writes: bool) -> pb.CourseVersion:
    """Return a version with titles and minutes of its sections, without their texts."""
    answer = version_entry(row, latest, decision, writes=writes)
    answer.sections.extend(pb.Section(title=part.title, minutes=part.minutes) for part in sections_of(row))
    return answer


def version_entry(row: CourseVersionRow, latest: int, decision: DecisionRow, *, writes: bool) -> pb.CourseVersion:
    """Return a version without its sections."""
    return pb.CourseVersion(
        name=f"courses/{row.course_id}/versions/{row.version}",
        course=f"courses/{row.course_id}",
        version=row.version,
        title=row.title,
        summary=row.summary,
        minutes=row.minutes,
        test_version=row.test_version,
        publish_time=timestamp(row.published_at),
        content_sha256=row.content_sha256,
        demonstration=row.demonstration,
        latest_version=latest,
        decision=decision_line(decision, by_name=writes),
        unreviewed=writes and decisions.is_alone(decision),
    )


def upload_id(name: str) -> uuid.UUID:
    """Return the id in `uploads/{upload}`."""
    return names.uuid_in("uploads/{upload}", name)


def upload(row: UploadRow) -> media_pb.Upload:
    """Return how far an upload is."""
    return media_pb.Upload(
        name=f"uploads/{row.id}",
        filename=row.filename,
        most_bytes=row.most_bytes,
        received_bytes=row.received_bytes,
    )


def media_id(name: str) -> tuple[str, int, str]:
    """Return course id, number of the version (0 = the draft) and digest in the name of a file."""
    holder, _, sha256 = name.rpartition("/media/")
    if "/versions/" in holder:
        course, version = version_id(holder)
        return course, version, sha256
    return course_id(holder), 0, sha256


def extent(request: media_pb.GetMediaRequest) -> tuple[int, int]:
    """Return from where on how many bytes are asked for."""
    if not 0 <= request.offset <= MOST_BYTES:
        raise InvalidField("offset", request.offset, f"must be from 0 to {MOST_BYTES}")
    if not 0 <= request.limit <= PIECE_BYTES:
        raise InvalidField("limit", request.limit, f"must be from 0 to {PIECE_BYTES}")
    return request.offset, request.limit


def media(found: Media) -> pb.Media:
    """Return what the store knows of a file."""
    return pb.Media(
        sha256=found.sha256,
        media_type=found.media_type,
        size_bytes=found.size_bytes,
        milliseconds=found.milliseconds,
        width=found.width,
        height=found.height,
    )


def sections(given: Iterable[Section]) -> list[pb.Section]:
    """Return sections with all that they hold."""
    return [
        pb.Section(
            title=part.title, minutes=part.minutes, markdown=part.markdown, pieces=[_told(p) for p in part.pieces]
        )
        for part in given
    ]


def _section(message: pb.Section, *, field: str) -> Section:
    pieces = tuple(_piece(piece, field=field) for piece in message.pieces)
    return Section(message.title, message.minutes, message.markdown, pieces)


def _piece(message: pb.Piece, *, field: str) -> Piece:
    """Return a piece as its author gave it; of its file only the digest, for the store knows the rest."""
    match message.WhichOneof("what"):
        case "picture":
            picture = message.picture
            return Picture(message.number, Media(picture.media.sha256), picture.alternative, picture.caption)
        case "recording":
            film = message.recording
            said = (film.title, film.captions, film.transcript)
            return Recording(message.number, Media(film.media.sha256), *said)
        case "download":
            file = message.download
            return Download(message.number, Media(file.media.sha256), file.title, file.filename)
        case "check":
            options = tuple(Option(option.text, option.right) for option in message.check.options)
            return Check(message.number, message.check.question, options, message.check.explanation)
        case _:
            raise InvalidField(f"{field}[{message.number}]", "", "must say what it is")


def _told(piece: Piece) -> pb.Piece:
    answer = pb.Piece(number=piece.number)
    match piece:
        case Picture():
            answer.picture.MergeFrom(
                pb.Picture(media=media(piece.media), alternative=piece.alternative, caption=piece.caption)
            )
        case Recording():
            answer.recording.MergeFrom(
                pb.Recording(
                    media=media(piece.media),
                    title=piece.title,
                    captions=piece.captions,
                    transcript=piece.transcript,
                )
            )
        case Download():
            answer.download.MergeFrom(pb.Download(media=media(piece.media), title=piece.title, filename=piece.filename))
        case Check():
            options = [pb.CheckOption(text=option.text, right=option.right) for option in piece.options]
            answer.check.MergeFrom(pb.Check(question=piece.question, options=options, explanation=piece.explanation))
    return answer
