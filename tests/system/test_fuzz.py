"""Whatever anybody sends to whichever method, it is answered or refused: it is never an error of ours.

The rightful request of each method is bent at one to four places, by values that people, files and attackers send, and
sent by callers of every reach. The seed is said, so that what was found can be found again.
"""

import base64
import json
import os
import random
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from google.protobuf import text_format
from google.protobuf.timestamp_pb2 import Timestamp

from cadre.options.v1 import options_pb2
from servicekit.rpc.client import Refused

from .test_access import ELSEWHERE, HOME, METHODS, NOBODY, REQUESTS, permission, rightful, stub_method
from .test_access import world as world  # noqa: PLC0414 - a fixture

# A release is sent the same each time, so that what turns red was changed; the long run looks for what is new.
SEED_OF_RELEASES = os.environ.get("CADRE_FUZZ_SEED") or "every release"
NEW_SEED = os.environ.get("CADRE_FUZZ_SEED") or str(uuid.uuid4())
OURS = {"INTERNAL", "UNKNOWN", "DATA_LOSS", "UNIMPLEMENTED"}
NUMBERS = (0, 1, -1, 2, 7, 50, 255, 1_000, 1_001, 32_768, 999_999_999, 2**31 - 1, -(2**31))
FRACTIONS = (0.0, -1.5, 1e308, float("inf"), float("nan"))
LONG_NUMBERS = (*NUMBERS, 2**31, 2**53, 2**63 - 1, -(2**63))
MOMENTS = (0, -62_135_596_800, 253_402_300_799, 253_402_300_800, 2**63 - 1, -(2**63), 4_102_444_800, 1_800_000_000)
DAYS = (
    "0001-01-01",
    "0027-01-01",
    "1899-12-31",
    "2027-02-30",
    "2028-02-29",
    "9999-12-31",
    "27-1-1",
    "20270101",
    "today",
)
NAMES = ("agencies", "people", "notices", "courses", "tests", "audiences", "assignments", "jobs", "sittings", "series")
KEYS = (
    [],
    [None],
    ["a", "b"],
    ["0001-01-01T00:00:00", "x"],
    [2**70, "\0"],
    [{"a": []}],
    ["2027-01-01", str(uuid.UUID(int=1))],
)
TEXTS = (
    *("", " ", "\t\n", "\0", "a\0b", "\u202etxt.exe", "\u05e9\u05dc\u05d5\u05dd\u200f", "\u0645\u0631\u062d\u0628"),
    *("\uff46\uff55", "\xd1and\xfa", "e\u0301" * 50, "\U0001f600", "\ufeffx", "\u0430bc", "\xa0", "\u2028", "\ud7ff"),
    *("'", '"', "%", "_%", "\\", "'; DROP TABLE audit; --", "$1", "%(id)s", "{0}", "<b>&amp;", "../../etc/passwd"),
    *("-1", "0", "NaN", "1e400", "9" * 30, "9" * 400, "x" * 300, "\u6f22" * 1_500, "x" * 4_001, "(" * 3_000),
    *("word " * 800, "a" * 200_001, "-", "none", "agencies/-", "people/-", "notices/-/versions/-", "//", "a/b/c/d/e"),
    *("courses/x/versions/99999999999999999999", "tests/a/versions/0", "tests/a/versions/-1", "notices/not-a-uuid"),
    *("people/" + "0" * 36, "deadLetters/x"),
)  # fmt: skip
FILES = (
    *(b"", b"\0", b"\xff\xfe\xfa", b"%PDF-1.7\n%%EOF", b"PK\x03\x04", b"a,b\n1,2\n", bytes(70_000)),
    "agency;x\n".encode("utf-16"),
)


@pytest.fixture(scope="session")
def cadre(roomy_folder, populate):
    """A Cadre of its own: nothing in it is as it was afterwards."""
    with roomy_folder() as folder, populate(folder) as running:
        yield running


class Bender:
    """Bends requests by a seed; *known* are texts of other requests, so that names meet what they do not belong to."""

    def __init__(self, seed, known):
        self.random = random.Random(seed)
        self.known = known

    def bent(self, request):
        """Return a copy of *request*, wrong in some places."""
        copy = type(request)()
        copy.CopyFrom(request)
        if "request_id" in copy.DESCRIPTOR.fields_by_name:
            copy.request_id = str(uuid.UUID(int=self.random.getrandbits(128)))
        for _ in range(self.random.randint(1, 4)):
            self._bend(copy)
        return copy

    def _bend(self, message):
        fields = message.DESCRIPTOR.fields
        if not fields:
            return
        field = self.random.choice(fields)
        value = getattr(message, field.name)
        if field.message_type is None:
            if not field.is_repeated:
                setattr(message, field.name, self._value(field))
            elif self.random.random() < 0.3:
                del value[:]
            else:
                value.extend(self._value(field) for _ in range(self.random.choice((1, 1, 2, 300, 1_001))))
        elif field.is_repeated:
            if value and self.random.random() < 0.5:
                self._bend(self.random.choice(value))
            elif value and self.random.random() < 0.3:
                value.extend([value[0]] * self.random.choice((1, 30)))
            else:
                self._bend(value.add())
        elif self.random.random() < 0.15:
            message.ClearField(field.name)
        elif field.message_type is Timestamp.DESCRIPTOR:
            value.seconds, value.nanos = self.random.choice(MOMENTS), self.random.choice(NUMBERS)
        else:
            value.SetInParent()
            self._bend(value)

    def _value(self, field):  # noqa: PLR0911 - one kind of field a line
        match field.cpp_type:
            case field.CPPTYPE_BOOL:
                return self.random.random() < 0.5
            case field.CPPTYPE_ENUM:
                return self.random.choice((*field.enum_type.values_by_number, -1, 99, 2**31 - 1))
            case field.CPPTYPE_INT32:
                return self.random.choice(NUMBERS)
            case field.CPPTYPE_INT64:
                return self.random.choice(LONG_NUMBERS)
            case field.CPPTYPE_DOUBLE:
                return self.random.choice(FRACTIONS)
            case field.CPPTYPE_STRING if field.type == field.TYPE_BYTES:
                return self.random.choice(FILES)
            case field.CPPTYPE_STRING:
                return self._text(field.name)
        raise AssertionError(f"{field.full_name} has a type that is not bent yet")

    def _text(self, name):
        choose = self.random.choice
        if name == "page_token" and self.random.random() < 0.7:
            token = options_pb2.PageToken(key=json.dumps(choose(KEYS)), list=self.random.getrandbits(64))
            return base64.urlsafe_b64encode(token.SerializeToString()).decode()
        if "date" in name and self.random.random() < 0.6:
            return choose(DAYS)
        kind = self.random.random()
        if kind < 0.25:
            return choose(self.known)
        if kind < 0.4:
            return f"{choose(NAMES)}/{uuid.UUID(int=self.random.getrandbits(128))}"
        if kind < 0.5:
            most = choose((0x250, 0xD7FF))
            return "".join(chr(self.random.randrange(0x20, most)) for _ in range(self.random.randint(1, 60)))
        return choose((*TEXTS, *DAYS))


def texts(message):
    """Give the short texts in *message*."""
    for field, value in message.ListFields():
        for one in value if field.is_repeated else [value]:
            if field.message_type is not None:
                yield from texts(one)
            elif isinstance(one, str) and len(one) < 200:
                yield one


def callers(world, method):
    """Who may call, and with which rights: who should, each reach of all rights, and a stranger."""
    every = {permission(other).right for other in METHODS}
    person, rights = rightful(method, world)
    yield person, rights
    yield person, dict.fromkeys(rights, ("state",))
    yield world.cast.analyst, dict.fromkeys(every, ("state",))
    yield world.person, dict.fromkeys(every, ("self",))
    yield world.lead, dict.fromkeys(every, (HOME, ELSEWHERE, "agencies/none"))
    yield NOBODY, dict.fromkeys(every, ("self", HOME))


def try_method(world, method, request, known, times, seed):
    """Send bent requests; give how often each code was the answer, and those whose answer was an error of ours."""
    bender = Bender(f"{seed}/{method.full_name}", known)
    # Who should call is past the check of rights, and so sees most of the method.
    who = [one for n, one in enumerate(callers(world, method)) for _ in range(4 if n < 3 else 1)]
    codes, wrong = Counter(), []
    for _ in range(times):
        bent = bender.bent(request)
        person, rights = bender.random.choice(who)
        try:
            world.call(stub_method(world.access, method), bent, person, rights)
            codes["OK"] += 1
        except Refused as refused:
            codes[refused.code] += 1
            if refused.code in OURS:
                said = text_format.MessageToString(bent, as_one_line=True)[:600]
                wrong.append(f"{method.full_name} for {person}: {refused.code} {refused.message}: {said}")
    return codes, wrong


@pytest.mark.system
@pytest.mark.parametrize(
    ("times", "seed"),
    [
        pytest.param(150, SEED_OF_RELEASES, id="release", marks=[pytest.mark.release, pytest.mark.timeout(900)]),
        pytest.param(900, NEW_SEED, id="soak", marks=[pytest.mark.soak, pytest.mark.timeout(7_200)]),
    ],
)
def test_whatever_is_sent_by_whomever_is_answered_or_refused(world, times, seed):
    print(f"CADRE_FUZZ_SEED={seed}")
    requests = {method: REQUESTS[method.containing_service.name][method.name](world) for method in METHODS}
    known = sorted({text for request in requests.values() for text in texts(request)})
    restarts = {name: world.cadre.supervisor.status(name).restarts for name in world.cadre.supervisor.pids()}

    with ThreadPoolExecutor(3) as pool:
        tried = list(pool.map(lambda method: try_method(world, method, requests[method], known, times, seed), METHODS))

    codes = sum((one for one, _ in tried), Counter())
    wrong = [line for _, lines in tried for line in lines]
    print(codes)
    assert not wrong, f"CADRE_FUZZ_SEED={seed}: {len(wrong)} of {codes.total()}\n" + "\n".join(wrong[:40])
    assert restarts == {name: world.cadre.supervisor.status(name).restarts for name in world.cadre.supervisor.pids()}
    assert codes.total() == times * len(METHODS)
    assert codes["OK"] > times, "rightful requests go through"
    assert codes["INVALID_ARGUMENT"] > codes["OK"], "and wrong ones do not"
