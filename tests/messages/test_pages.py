"""Pages of messages: the bell, one's own messages and choices, reminders of an agency, and mail for operators."""

import html
import re
import uuid
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from cadre.notification.v1 import message_service_pb2 as message_pb
from cadre_demo import content, story
from directory.rules.roles import AGENCY_ROLES
from gateway.messages import phrases
from notification.messages.composing import hash_of
from notification.messages.rules.kinds import KINDS, offered
from servicekit.calendar import PACIFIC
from servicekit.testing.unencrypted import NO_AUTHORITIES
from servicekit.testing.waiting import wait_until

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

STAFF = 500
# A Tuesday, 10 a.m. in California.
BEGINS = datetime(2027, 2, 2, 10, tzinfo=PACIFIC)

PROTO = Path(__file__).parents[2] / "proto/cadre/notification/v1/message_service.proto"


@pytest.fixture
def product(by_clock):
    with by_clock(BEGINS, STAFF) as running:
        yield running


@pytest.fixture
def letter(product):
    """A letter that was issued two minutes ago, with its path at Lake."""
    notice = story.issue_letter(product.access, product.cast, content.load(), product.course_version).notice
    product.days.ahead += timedelta(minutes=2)
    return notice, f"/agencies/lake/letters/{notice.name.removeprefix('notices/')}"


def test_each_kind_of_message_and_each_cause_for_which_one_is_held_back_has_its_words():
    causes = re.search(r"message HeldBack {\n *// (.*)\n", PROTO.read_text(encoding="utf-8"))[1]

    assert phrases.KINDS.keys() == KINDS.keys()
    assert list(phrases.CAUSES) == re.findall(r"[A-Z_]{4,}", causes)


def test_people_find_their_messages_choose_their_mail_and_remind_theirs(product, visitors, letter):
    notice, path = letter
    coordinator, named = visitors["coordinator"], f"{notice.series} {notice.number}"

    # The bell, and what it leads to; to open pages marks nothing.
    wait_until(lambda: "1 new message" in coordinator.reads("/messages"), lambda: coordinator.reads("/messages"))
    wait_until(lambda: "Sent by mail Feb 2, 10:0" in coordinator.reads("/messages"), "the mail goes")
    said = coordinator.reads("/messages")
    assert f"New {named}: {notice.subject} was issued. Please confirm it for your agency." in said
    assert "Tuesday, Feb 2" in said
    assert re.search(rf'href="{path}\?message=[0-9a-f-]+">Read and confirm', coordinator.get("/messages"))
    assert "1 new message" in coordinator.reads("/home")
    assert coordinator.send("/messages", "/messages/read") == "/messages?done=messages-read"
    assert "Marked as read." in coordinator.reads("/messages?done=messages-read")
    assert "new message" not in coordinator.reads("/home")
    assert "No messages yet." in visitors["operator"].reads("/messages")
    follows_a_mail(product, visitors["large-coordinator"], visitors["operator"])

    # Choices: mandatory ones have no button, and cannot be refused by a form of one's own either.
    optional = [kind for kind in offered(AGENCY_ROLES["coordinator"], ()) if not kind.mandatory]
    assert len(optional) == 7
    assert coordinator.get("/messages/choices").count("Stop this mail") == len(optional)
    assert "A letter came for your agency." in coordinator.reads("/messages/choices").partition("Always by mail")[2]
    done = coordinator.send("/messages/choices", "/messages/choices", wanted="no")
    assert "it is still on your page of messages" in coordinator.reads(done).lower()
    assert "Not by mail: you find it under Messages." in coordinator.reads("/messages/choices")
    with pytest.raises(AssertionError, match="Mail of this kind goes to everybody it concerns"):
        coordinator.send("/messages/choices", "/messages/choices", kind="letter.issued", wanted="no")

    # The hour of the morning mail, and the hours of the agency.
    done = coordinator.send("/messages/choices", "/messages/choices/morning", hour="11")
    assert "your morning mail comes at that hour" in coordinator.reads(done)
    assert 'value="11" selected' in coordinator.get("/messages/choices")
    hours = "/agencies/lake/mail-hours"
    assert "In which hours they get it" in coordinator.reads("/agencies/lake/calendar")
    assert "The hours are saved." in coordinator.reads(coordinator.send(hours, hours, open_hour="9", close_hour="16"))
    with pytest.raises(AssertionError, match="must be a full hour after 9"):
        coordinator.send(hours, hours, open_hour="9", close_hour="8")
    assert visitors["learner"].client.get(hours).status_code == 403

    # Reminders: by name, one of them left alone, then nobody is left but for that one.
    to_remind = re.search(r"Remind (\d+) people", coordinator.reads(path))[1]
    page = coordinator.reads(f"{path}/remind")
    people = re.findall(r'name="people" value="([^"]+)" checked', coordinator.get(f"{path}/remind"))
    assert f"Remind {to_remind} people" in page
    assert f"A reminder: {named}: {notice.subject}" in page
    assert "It goes at once" in page
    assert "Nobody here was reminded" in page
    assert len(people) == int(to_remind) > 2
    done = coordinator.send(f"{path}/remind", f"{path}/remind", people=people[1:])
    assert re.search(
        rf"A reminder goes to {len(people) - 1} people(\.|; \d+ (is|are) left out\.)", coordinator.reads(done)
    )
    page = coordinator.reads(f"{path}/remind")
    assert "Remind 1 person" in page
    assert f"Reminded today already, {len(people) - 1} people:" in page
    assert "Feb 2, 10:0" in page.partition("Reminders so far")[2]
    assert f"0 of {len(people) - 1}" in page.partition("Reminders so far")[2]
    with pytest.raises(AssertionError, match="Tick who is to be reminded"):
        coordinator.send(f"{path}/remind", f"{path}/remind")
    assert "This page is not yours to see" in visitors["learner"].client.get(f"{path}/remind").text


def follows_a_mail(product, coordinator, another):
    """Who follows the link of a mail signed in has read that message; nobody else marks it by looking at the link."""
    access, person = product.reach(), coordinator.person
    asked = message_pb.ListCaughtMailRequest(person=person)
    wait_until(lambda: "1 new message" in coordinator.reads("/home"), "the bell counts it")
    (mail,) = access.ask(access.messages.ListCaughtMail, asked).mails
    link = html.unescape(re.search(r'href="http://[^/]+(/agencies/[^"]*)"', mail.html)[1])
    assert link in mail.text
    page, _, _ = link.partition("?")

    def opened():
        own = access.ask(access.messages.ListMessages, message_pb.ListMessagesRequest(), person=person)
        return [one.opened for one in own.messages]

    with httpx.Client(verify=NO_AUTHORITIES, base_url=product.url) as scanner:
        assert scanner.get(link).headers["location"].startswith("/sign-in?")
    ahead, picture = {"sec-purpose": "prefetch;prerender"}, {"sec-fetch-dest": "image"}
    assert [coordinator.client.get(link, headers=headers).status_code for headers in (ahead, picture)] == [200, 200]
    another.client.get(link)
    assert opened() == [False]

    # A number that is none of theirs, or none at all, leads to the same page.
    assert coordinator.client.get(f"{page}?message=none").headers["location"] == page
    assert coordinator.client.get(f"{page}?q=1&message={uuid.uuid4()}").headers["location"] == f"{page}?q=1"
    assert opened() == [False]

    gone_on = coordinator.client.get(link)
    assert (gone_on.status_code, gone_on.headers["location"]) == (303, page)
    assert opened() == [True]
    assert "new message" not in coordinator.reads("/home")
    assert "?message=" not in coordinator.get("/messages")


def _mails(page):
    return int(found[1]) if (found := re.search(r"(\d+) mails", page)) else 0


def test_operators_see_whether_mail_goes_and_in_a_demonstration_what_it_says(product, visitors, letter):
    notice, _ = letter
    operator, named = visitors["operator"], f"{notice.series} {notice.number}"
    # To 47 agencies and to who wrote it.
    wait_until(lambda: _mails(operator.reads("/operations/mail/caught")) >= 48, "48 mails are caught")

    page = operator.reads("/operations/mail")
    assert "No mail leaves this demonstration" in page
    assert "In this demonstration mail goes at any hour" in page
    assert "When a letter is issued, the training coordinators of each agency that receives it hear of it." in page
    assert "Waits for its turn Nothing" in page
    assert "Last trouble with the server None" in page
    assert all(title in page for title in phrases.KINDS.values())
    assert f"{named} {phrases.KINDS['letter.issued']} Sent Feb 2, 10:0" in page
    assert "No mail is so." in operator.reads("/operations/mail?state=failed")
    assert "No mail is so." in operator.reads("/operations/mail?query=99-99")
    assert f"{named} {phrases.KINDS['letter.issued']} Sent" in operator.reads(f"/operations/mail?query={notice.number}")
    older = re.search(r'href="([^"]+)">Older mail', operator.get("/operations/mail/caught"))[1]
    assert named in operator.reads(older.replace("&amp;", "&"))

    # Names are in the mail that a demonstration caught, and nowhere else.
    page = operator.get("/operations/mail/caught")
    to, one = re.search(r"All to this person<span class=.usa-sr-only.>: ([^&<]+)", page)[1].strip(), _first(page)
    assert to not in operator.reads("/operations/mail").partition("Mail Operations")[2]
    only = re.search(r'href="([^"]+person=[^"]+)"', page)[1].replace("&amp;", "&")
    assert "1 mail, the newest first" in operator.reads(only)
    assert "people and addresses here are synthetic" in operator.reads("/operations/mail/caught")
    assert "Hello " in operator.reads(one)
    shown = operator.client.get(f"{one}/html")
    assert shown.text.startswith("<!doctype html>")
    assert "sandbox" in shown.headers["content-security-policy"]
    assert operator.client.get("/operations/mail/caught/00000000-0000-4000-8000-000000000000").status_code == 404
    assert all(
        visitors["coordinator"].client.get(path).status_code == 403
        for path in ("/operations/mail", "/operations/mail/caught", one, f"{one}/html")
    )


def test_a_coordinator_sees_whose_address_does_not_work_until_it_is_mended(product, visitors, letter):
    coordinator = visitors["coordinator"]
    assert "Every address works" in coordinator.reads("/agencies/lake/addresses")
    with product.services["notification"].connect() as connection:
        members = "SELECT person_id FROM audience_member WHERE agency_id = 'lake' AND member"
        at_lake = [person for (person,) in connection.execute(members).fetchall()]
    with product.services["directory"].connect() as connection:
        emails = "SELECT id, email, family_name FROM person WHERE id = ANY(%s) AND email <> '' ORDER BY id LIMIT 2"
        of_lake = connection.execute(emails, [at_lake]).fetchall()
    (ana, email, family), (ben, _, _) = of_lake
    rows = [(ana, hash_of(email), "550 5.1.1 no such user"), (ben, hash_of("as-it-was@lake.example"), "550")]
    with product.services["notification"].connect() as connection:
        connection.execute("SET session_replication_role = replica")
        for row in rows:
            connection.execute("INSERT INTO failing_address VALUES (%s, %s, %s, now())", row)

    page = coordinator.reads("/agencies/lake/addresses")
    assert "1 person, the newest first" in page
    assert family in page
    assert email in page
    assert "The mail server there knows no such mailbox." in page
    assert f'href="/agencies/lake/people/{ana}?do=identity"' in coordinator.get("/agencies/lake/addresses")
    assert "as-it-was" not in page
    assert str(ben) not in coordinator.get("/agencies/lake/addresses")
    assert visitors["learner"].client.get("/agencies/lake/addresses").status_code == 403


def _first(page):
    return re.search(r'href="(/operations/mail/caught/[0-9a-f-]+)"', page)[1]
