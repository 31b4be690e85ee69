"""A draft reviewed by agencies: from who sends it to the answer that comes back, in front of real services."""

import csv
import io
import re
import socket
import threading
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import uvicorn
from prometheus_client import CollectorRegistry

import curriculum.app
import directory.app
import notification.app
from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.directory.v1 import person_service_pb2 as person_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre.notification.v1 import review_service_pb2 as pb
from cadre.notification.v1 import series_service_pb2 as series_pb
from gateway.app import create_app
from gateway.identity import sign_ins
from gateway.identity.places import PASSWORD, Place
from gateway.reviews import phrases, rounds
from gateway.web.every_page import Everything
from gateway.web.visit import COOKIE
from gateway.words import remarks
from servicekit.calendar import pacific_date
from servicekit.settings import Settings
from servicekit.testing.unencrypted import NO_AUTHORITIES

from .test_state_letters import hidden, new_id

SUBJECT = "Earning capacity replaces presumed income"
BODY = "First passage.\n\nWorkers close the case within 30 days.\n\n- Print the form\n- Sign the form"
# What somebody hears who does not see how words are marked.
REMOVED, ADDED = (f'<span class="usa-sr-only">{word}: </span>' for word in ("Removed", "Added"))


class Program:
    """The pages with the services behind them, and people of the state, of Lake and of Yolo."""

    def __init__(self, launch, database, keys_dir, peers):
        people, letters, courses = (launch(one.APP) for one in (directory.app, notification.app, curriculum.app))
        self.whole = people.stubs(rights=["reference.import", "people.write", "roles.grant"])
        self.letters, self.clients = letters, []
        places = {"dcss": "state", "lake": "single-county", "yolo": "single-county"}
        agencies = [
            agency_pb.Agency(
                name=f"agencies/{slug}",
                title=slug.title(),
                short_title=slug.title(),
                kind=kind,
                region="Northern" if kind != "state" else "",
            )
            for slug, kind in places.items()
        ]
        self.whole.ImportReference(
            agency_pb.ImportReferenceRequest(
                agencies=agencies,
                units=[agency_pb.WorkUnit(slug="intake", title="Intake")],
                job_classes=[agency_pb.JobClass(slug="analyst", title="Analyst")],
                request_id=new_id(),
            )
        )
        series = [series_pb.Series(name="series/CSSP", title="Policy letters", kind=notice_pb.Notice.POLICY)]
        importer = letters.stubs(rights=["reference.import"])
        importer.ImportSeries(series_pb.ImportSeriesRequest(series=series, request_id=new_id()))
        # The agencies are told by events; no bus runs here.
        with letters.runtime.database.transaction(actor="services/test", method="test/agencies") as db:
            for slug, kind in places.items():
                db.run("INSERT INTO agency (agency_id, kind) VALUES (%(slug)s, %(kind)s)", slug=slug, kind=kind)
        at = {"directory": people, "notification": letters, "curriculum": courses}
        peers = peers | {name: f"127.0.0.1:{service.port}" for name, service in at.items()}
        settings = Settings(service="gateway", database_url=database.url, keys_dir=keys_dir, peers=peers, connections=4)
        self.database, self.listener = database, socket.create_server(("127.0.0.1", 0))
        pages = Everything(create_app(settings), registry=CollectorRegistry())
        self.server = uvicorn.Server(uvicorn.Config(pages, log_config=None, access_log=False))
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.listener]})
        self.thread.start()

    def somebody(self, agency, role="", number=""):
        """Hire somebody at an agency, in a role; their name, and a browser at which they are signed in."""
        job = person_pb.Job(
            agency=f"agencies/{agency}", local_title="X", job_class="analyst", units=["intake"], start_date="2020-01-01"
        )
        person = person_pb.Person(
            staff_number=number or new_id()[:12], family_name="Mills", given_name="Jo", jobs=[job]
        )
        asked = person_pb.CreatePersonRequest(parent=f"agencies/{agency}", person=person, request_id=new_id())
        name = self.whole.CreatePerson(asked).name
        if role:
            scope = "state" if agency == "dcss" else f"agencies/{agency}"
            grant = person_pb.RoleGrant(person=name, role=role, scope=scope)
            self.whole.GrantRole(person_pb.GrantRoleRequest(grant=grant, request_id=new_id()))
        cookie = sign_ins.begin(self.database, name, datetime.now(UTC), place=Place(PASSWORD))
        url = "http://{}:{}".format(*self.listener.getsockname())
        self.clients.append(httpx.Client(verify=NO_AUTHORITIES, base_url=url, timeout=60, cookies={COOKIE: cookie}))
        return name, self.clients[-1]

    def draft(self, writer):
        letter = notice_pb.Notice(series="CSSP", number="26-01", subject=SUBJECT, change="It changes.", body=BODY)
        stub = self.letters.stubs(caller=writer, rights=["notices.write"])
        return stub.CreateNotice(notice_pb.CreateNoticeRequest(notice=letter, request_id=new_id()))

    def rewrite(self, writer, letter_id, body):
        stub = self.letters.stubs(caller=writer, rights=["notices.write", "notices.read"])
        now = stub.GetNotice(notice_pb.GetNoticeRequest(name=f"notices/{letter_id}"))
        now.body = body
        stub.UpdateNotice(notice_pb.UpdateNoticeRequest(notice=now, request_id=new_id()))

    def close(self):
        for client in self.clients:
            client.close()
        self.server.should_exit = True
        self.thread.join()
        self.listener.close()


@pytest.fixture
def program(launch, database, keys_dir, peers):
    made = Program(launch, database, keys_dir, peers)
    yield made
    made.close()


def reads(browser, path):
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code, answer.text[:2000])
    return " ".join(re.sub(r"<[^>]*>", " ", answer.text.partition("<main")[2]).split())


def send(browser, page, form="", **typed):
    """Send the form that leads to *form* on a page; return where it leads, or the page that says what is wrong."""
    shown = browser.get(page).text
    action = form or page
    answer = browser.post(action.replace("&amp;", "&"), data=hidden(shown, re.escape(action)) | typed)
    if answer.status_code != 303:
        return " ".join(re.sub(r"<[^>]*>", " ", answer.text).split())
    return answer.headers["location"]


def test_a_draft_goes_to_agencies_who_comment_and_read_the_answer(program):
    writer, analyst = program.somebody("dcss", "policy_analyst")
    _, lake = program.somebody("lake", "coordinator")
    _, yolo = program.somebody("yolo", "coordinator")
    _, worker = program.somebody("lake", number="L-100")
    letter = f"/letters/{program.draft(writer).name[8:]}"
    due = (pacific_date(datetime.now(UTC)) + timedelta(days=7)).isoformat()

    # Enter alone sends nothing, and nothing is chosen by itself.
    assert "Choose the agencies" in send(analyst, f"{letter}/review", due_date=due)
    assert "Enter key does not send" in send(analyst, f"{letter}/review", agencies="agencies/lake", enter="only")
    at = send(analyst, f"{letter}/review", agencies="agencies/lake", due_date=due)
    assert at == f"{letter}/review/1?done=review-sent"
    assert "Lake Nothing yet" in reads(analyst, at)

    own = f"/reviews/{letter[9:]}/1/lake"
    assert f"CSSP 26-01: {SUBJECT} Lake Due" in reads(lake, "/reviews")
    assert "No draft waits for you" in reads(yolo, "/reviews")
    assert [who.get(own).status_code for who in (lake, yolo, worker)] == [200, 404, 404]
    assert send(lake, f"{own}/readers", numbers="L-100").endswith("done=readers-named")
    assert "No one here has this number: L-999" in send(lake, f"{own}/readers", numbers="L-100 L-999")
    assert SUBJECT in reads(worker, "/reviews")
    # It is on the list of whoever is asked, and of nobody else.
    assert [f"Draft to review CSSP 26-01: {SUBJECT}" in reads(who, "/home") for who in (lake, worker, yolo)] == [
        True,
        True,
        False,
    ]

    passage = int(
        re.search(
            r"Passage (\d+)\">\d+</p>\s*<div class=\"passage__text\"><p class=\"as-typed\">Workers", lake.get(own).text
        )[1]
    )
    comment = f"{own}/comment?passage={passage}"
    typed = {"head": "RESOURCES", "kind": "CLARITY", "severity": "MUST", "text": "Thirty days are too few."}
    assert "Say what is wrong" in send(worker, comment, **(typed | {"text": ""}))
    assert "Say which rule it is against" in send(worker, comment, **(typed | {"kind": "POLICY_ERROR"}))
    assert "must stand in the passage" in send(worker, comment, **(typed | {"quote": "no such words"}))
    for _ in range(2):
        assert send(worker, comment, **typed).endswith(f"?done=comment-kept#passage-{passage}")
    page = worker.get(own).text
    assert "Your training coordinator sends the comments" in page
    taking = re.search(rf'action="({own}/take-back/[^"]+)"', page)[1]
    assert send(worker, own, taking).endswith("done=comment-taken-back")
    assert "Lake Writing Not sent" in reads(analyst, f"{letter}/review/1")
    assert send(lake, own, f"{own}/send").endswith("done=comments-sent")
    assert "Comment on this passage" not in lake.get(own).text
    assert SUBJECT not in reads(lake, "/home")

    said = reads(analyst, f"{letter}/review/1")
    assert "1 of 1 agency sent comments: 1 comment, 1 without an answer" in said
    assert "Thirty days are too few." in said
    answering = re.search(rf'href="({letter}/review/1/comments/[^"]+)"', analyst.get(f"{letter}/review/1").text)[1]
    assert "Choose an answer" in send(analyst, answering)
    assert "Say why, or in which part" in send(analyst, answering, answer="IN_PART")
    assert send(analyst, answering, answer="IN_PART", text="Twenty for new cases.").endswith("done=comment-answered")
    assert send(analyst, f"{letter}/review/1", f"{letter}/review/1/end", reason="All have answered.").endswith(
        "review-ended"
    )
    assert "Accepted in part. Twenty for new cases." in reads(lake, own)
    assert "Accepted in part." in reads(analyst, f"{letter}/review/1/table")

    program.rewrite(writer, letter[9:], BODY.replace("30 days", "20 days"))
    assert f"<del>{REMOVED}30 </del><ins>{ADDED}20 </ins>days." in analyst.get(f"{letter}/review/1").text

    file = analyst.get(f"{letter}/review/1/comments.csv")
    [row] = csv.DictReader(io.StringIO(file.content.decode("utf-8-sig")))
    assert (row["Agency"], row["Local resources (efficiency)"], row["Policy issues"], row["Decision"]) == (
        *("Lake", "Thirty days are too few.", "", "Accepted in part"),
    )
    assert "Round 1 Over since" in reads(analyst, f"{letter}/review")


def test_what_became_of_the_passages_is_counted_where_any_changed():
    stays, changes, goes = pb.ReviewComment.CARRIED, pb.ReviewComment.CHANGED, pb.ReviewComment.GONE
    of_all = [
        pb.ReviewComment(place=place) for place in (stays, stays, changes, goes, pb.ReviewComment.PLACE_UNSPECIFIED)
    ]

    assert phrases.places(of_all) == (
        "In the draft as it says now: 2 where they were, 1 on a passage that changed, 1 on one that is gone."
    )
    assert phrases.places(of_all[:2]) == ""


@pytest.mark.parametrize("head", phrases.HEADS)
def test_the_table_has_every_comment_none_without_words_and_each_under_its_head(head):
    said = [
        pb.ReviewComment(
            agency="agencies/lake",
            block=block,
            head=pb.ReviewComment.Head.Value(head),
            kind=pb.ReviewComment.Kind.Value(kind),
            severity=pb.ReviewComment.Severity.Value(severity),
            answer=pb.ReviewComment.Answer.Value(answer),
            text=f"{kind} {severity} {answer}",
        )
        for block in ("", "body-1")
        for kind in phrases.KINDS
        for severity in remarks.SEVERITIES
        for answer in ("ANSWER_UNSPECIFIED", *remarks.ANSWERS)
    ]
    review = pb.Review(blocks=[pb.ReviewBlock(id="body-1", section="body", text="Close the case.")])

    rows = list(csv.DictReader(io.StringIO(rounds.table(review, said, {"agencies/lake": "Lake"}).decode("utf-8-sig"))))

    assert [row[phrases.HEADS[head]] for row in rows] == [one.text for one in said]
    others = [title for name, title in phrases.HEADS.items() if name != head]
    assert {row[title] for row in rows for title in others} == {""}
    assert {row[column] == "" for row in rows for column in ("No.", "Agency", "Kind", "How serious")} == {False}
    assert [int(row["No."]) for row in rows] == list(range(1, len(said) + 1))


def test_nobody_but_who_is_asked_finds_a_draft_under_review_on_any_page(program):
    writer, analyst = program.somebody("dcss", "policy_analyst")
    letter = f"/letters/{program.draft(writer).name[8:]}"
    due = (pacific_date(datetime.now(UTC)) + timedelta(days=7)).isoformat()
    send(analyst, f"{letter}/review", agencies="agencies/lake", due_date=due)
    others = [program.somebody(*who)[1] for who in (("lake", ""), ("lake", "supervisor"), ("yolo", "coordinator"))]

    pages = [
        *(
            "/home",
            "/search?query=earning",
            "/search?query=26-01",
            "/training/letters?query=earning",
            "/reviews",
            "/messages",
        ),
        *("/agencies/lake/letters", "/agencies/yolo/letters", letter, f"{letter}/text", f"{letter}/review"),
        *(f"{letter}/review/1", f"{letter}/review/1/table", f"{letter}/review/1/comments.csv"),
        *(f"/reviews/{letter[9:]}/1/lake", f"/reviews/{letter[9:]}/1/yolo", f"/training/{letter[9:]}"),
    ]
    found = [
        (number, page)
        for number, browser in enumerate(others)
        for page in pages
        if SUBJECT in browser.get(page, follow_redirects=True).text
    ]
    assert found == []


def test_a_letter_that_no_agency_reviewed_says_so_and_its_page_leads_there(program):
    writer, analyst = program.somebody("dcss", "policy_analyst")
    letter = f"/letters/{program.draft(writer).name[8:]}"

    assert f'href="{letter}/review"' in analyst.get(letter).text
    assert "No agency has been asked yet" in reads(analyst, f"{letter}/review")
    assert "Comments are due" in reads(analyst, f"{letter}/review")
