"""Measures the pages: a steady rate of them, for all kinds of visitors, as browsers see them.

Requests go out by the clock and not one after the other, so that a slow answer makes the next ones wait in the figures
too (and does not hide them: "coordinated omission").
"""

import time
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlsplit

import httpx

from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from cadre.notification.v1 import inbox_service_pb2 as pb
from cadre_tools.bench.report import PageLoad, Pages
from cadre_tools.bench.stage import Stage, WrongResultError

PER_SECOND = 50
_SECONDS_OF_WARMING = 2.0
# More than answers under way at once, so that a request never waits for a caller.
_CALLERS = 16
_CHECKED_STATUS = 200


@dataclass(frozen=True)
class Target:
    """A page as one person asks for it."""

    name: str
    path: str
    cookie: str


def measure(stage: Stage, notice: str, seconds: float, assignments: int) -> Pages:
    """Ask for the main pages of *notice* in turn, 50 a second for *seconds*, after some warming that is not counted.

    Raises:
        WrongResultError: a page was not answered as it should be.
    """
    targets = _targets(stage, notice.removeprefix("notices/"))
    with ThreadPoolExecutor(_CALLERS, thread_name_prefix="browser") as pool:
        address = urlsplit(stage.gateway_url).netloc
        browsers = [HTTPConnection(address, timeout=30.0) for _ in range(_CALLERS)]
        try:
            _load(pool, browsers, targets, _SECONDS_OF_WARMING)
            taken = _load(pool, browsers, targets, seconds)
        finally:
            for browser in browsers:
                browser.close()
    return Pages(
        per_second=PER_SECOND,
        staff=stage.people,
        assignments=assignments,
        everything=PageLoad.of("all pages", [one for taken_of_one in taken.values() for one in taken_of_one]),
        by_page=[PageLoad.of(name, of_one) for name, of_one in taken.items()],
    )


def _load(
    pool: ThreadPoolExecutor, browsers: Sequence[HTTPConnection], targets: Sequence[Target], seconds: float
) -> dict[str, list[float]]:
    """Ask by the clock; return the seconds from when each page was due until it was there."""
    start = time.perf_counter() + 0.1

    def browse(number: int) -> list[tuple[str, float]]:
        taken = []
        for turn in range(number, int(seconds * PER_SECOND), _CALLERS):
            due = start + turn / PER_SECOND
            time.sleep(max(0.0, due - time.perf_counter()))
            target = targets[turn % len(targets)]
            browsers[number].request("GET", target.path, headers={"cookie": target.cookie, "accept-encoding": "gzip"})
            answer = browsers[number].getresponse()
            answer.read()
            if answer.status != _CHECKED_STATUS:
                raise WrongResultError(f"{target.path} was answered {answer.status}")
            taken.append((target.name, time.perf_counter() - due))
        return taken

    found: dict[str, list[float]] = {target.name: [] for target in targets}
    for share in pool.map(browse, range(_CALLERS)):
        for name, second in share:
            found[name].append(second)
    return found


def _targets(stage: Stage, notice: str) -> list[Target]:
    """The main pages, each as those people see it whose page it is; the largest agency and the smallest story's."""
    personas = stage.access.ask(stage.access.sign_ins.ListPersonas, sign_in_pb.ListPersonasRequest()).personas
    with httpx.Client(base_url=stage.gateway_url, timeout=30.0) as client:
        cookie = {persona.part: sign_in(client, persona.person) for persona in personas}
    _open_letter(stage, personas, notice)
    return [
        Target("state: letter", f"/letters/{notice}", cookie["analyst"]),
        Target("agency of 12: home", "/home", cookie["coordinator"]),
        Target("agency of 12: letter", f"/agencies/lake/letters/{notice}", cookie["coordinator"]),
        Target("largest agency: home", "/home", cookie["large-coordinator"]),
        Target("largest agency: letter", f"/agencies/los-angeles/letters/{notice}", cookie["large-coordinator"]),
        Target("learner: my training", "/training", cookie["learner"]),
        Target("learner: letter", f"/training/{notice}", cookie["learner"]),
    ]


def _open_letter(stage: Stage, personas: Sequence[sign_in_pb.Persona], notice: str) -> None:
    """Have the learner open the letter: from then on asking for its page changes nothing."""
    [learner] = [persona.person for persona in personas if persona.part == "learner"]
    request = pb.ReadNoticeRequest(notice=f"notices/{notice}", request_id=f"bench-read-{notice}")
    stage.access.ask(stage.access.inbox.ReadNotice, request, person=learner)


def sign_in(client: httpx.Client, person: str) -> str:
    """Sign *person* in at the gateway; return the cookie."""
    form = {"person": person, "request_id": str(uuid.uuid4())}
    answer = client.post("/sign-in", data=form, headers={"sec-fetch-site": "same-origin"})
    cookie: str = answer.headers.get("set-cookie", "").partition(";")[0]
    if not cookie:
        raise WrongResultError(f"The gateway did not sign a persona in: {answer.status_code}")
    client.cookies.clear()
    return cookie
