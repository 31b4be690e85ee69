"""What is agreed to is kept word by word: each confirmation refers to the statement that stood on the page."""

from hashlib import sha256

import pytest

from cadre.notification.v1 import acknowledgement_service_pb2 as pb
from cadre.notification.v1 import agency_notice_service_pb2 as agency_pb
from cadre.notification.v1 import events_pb2 as events
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from servicekit.rpc.client import Refused

from .amending import amend, compare, version

OWN = "I have read this letter and know whom to ask."
FOR_AGENCY = "I confirm that our agency received this letter."
SPECIAL = "I have read the privacy policy, and I know that looking up a case out of curiosity is a breach of it."
RECORD = pb.Acknowledgement


def hash_of(text):
    return sha256(text.encode()).hexdigest()


@pytest.fixture
def ana(cadre):
    return cadre.new_id()


@pytest.fixture
def audience(cadre, ana):
    return cadre.new_audience(cadre.at(ana, "lake", "legal"))


def own(cadre, person, *letters, **request):
    asked = pb.ListOwnAcknowledgementsRequest(notices=[one.name for one in letters], **request)
    return cadre.learner(person).ListOwnAcknowledgements(asked)


def of_agency(cadre, letter, agency="lake", stub=None, **request):
    asked = pb.ListAcknowledgementsRequest(parent=f"agencies/{agency}", notice=letter.name, **request)
    return (stub or cadre.coordinator(agency)).ListAcknowledgements(asked)


def confirm_for(cadre, letter, person=None, **changes):
    fields = {"text_sha256": letter.text_sha256, "request_id": cadre.new_id()} | changes
    request = agency_pb.ConfirmForAgencyRequest(parent="agencies/lake", notice=letter.name, **fields)
    return cadre.coordinator("lake", person).ConfirmForAgency(request)


def refusal(call, *arguments, **changes):
    with pytest.raises(Refused) as refused:
        call(*arguments, **changes)
    return refused.value


def test_a_letter_without_words_of_its_own_has_the_usual_ones(cadre, audience):
    letter = cadre.issued(audience)

    assert (letter.statement, letter.agency_statement) == (OWN, FOR_AGENCY)


def test_what_was_agreed_to_is_on_record_word_by_word_with_its_hash_and_the_way(cadre, audience, ana):
    letter = cadre.issued(audience, statement=SPECIAL)

    cadre.confirm(letter, ana, statement_sha256=hash_of(SPECIAL), channel=RECORD.PAGE)

    (one,) = own(cadre, ana, letter).acknowledgements
    assert (one.kind, one.channel, one.version, one.language) == (RECORD.CONFIRM, RECORD.PAGE, 1, "en")
    assert (one.statement, one.statement_sha256) == (SPECIAL, hash_of(SPECIAL))
    assert (one.text_sha256, one.statement_assumed) == (letter.text_sha256, False)
    assert one.time == cadre.inbox(ana)[0].confirm_time
    assert of_agency(cadre, letter).acknowledgements == [one]


def test_the_statement_is_part_of_the_text_as_it_is_hashed(cadre, audience):
    letter = cadre.issued(audience, statement=SPECIAL)

    ((canonical,),) = cadre.rows("SELECT canonical FROM notice_version")
    assert SPECIAL in canonical
    assert sha256(canonical.encode()).hexdigest() == letter.text_sha256


def test_another_statement_than_the_letters_is_refused_with_the_one_that_holds(cadre, audience, ana):
    letter = cadre.issued(audience, statement=SPECIAL)

    for seen in ("", hash_of(OWN), "0" * 64):
        refused = refusal(cadre.confirm, letter, ana, statement_sha256=seen)
        assert (refused.code, refused.reason) == ("FAILED_PRECONDITION", "STATEMENT_CHANGED")
        assert refused.metadata == {
            "notice": letter.name,
            "statement": SPECIAL,
            "asked": hash_of(SPECIAL),
            "seen": seen,
        }
    assert own(cadre, ana, letter).acknowledgements == []
    assert cadre.confirm(letter, ana, statement_sha256=hash_of(SPECIAL)).ready


def test_who_does_not_say_which_statement_they_saw_agreed_to_the_usual_one(cadre, audience, ana):
    letter = cadre.issued(audience)

    cadre.confirm(letter, ana)
    confirm_for(cadre, letter, person=ana)

    mine = {one.kind: one for one in own(cadre, ana, letter).acknowledgements}
    assert {kind: one.statement for kind, one in mine.items()} == {RECORD.CONFIRM: OWN, RECORD.AGENCY: FOR_AGENCY}
    assert {one.channel for one in mine.values()} == {RECORD.API}


def test_an_agency_confirms_in_the_words_of_the_letter(cadre, audience):
    words, coordinator = "Our agency received this letter and changed its desk procedure.", cadre.new_id()
    letter = cadre.issued(audience, agency_statement=words)

    refused = refusal(confirm_for, cadre, letter, coordinator)
    confirm_for(cadre, letter, coordinator, statement_sha256=hash_of(words), channel=RECORD.PAGE)

    assert (refused.reason, refused.metadata["statement"]) == ("STATEMENT_CHANGED", words)
    (one,) = of_agency(cadre, letter).acknowledgements
    assert (one.kind, one.agency, one.person) == (RECORD.AGENCY, "agencies/lake", f"people/{coordinator}")
    assert (one.statement, one.channel) == (words, RECORD.PAGE)


def test_a_statement_stands_once_however_many_agree_to_it(cadre):
    people = cadre.people(40)
    letter = cadre.issued(cadre.new_audience(*(cadre.at(one, "lake") for one in people)), statement=SPECIAL)

    for one in people:
        cadre.confirm(letter, one, statement_sha256=hash_of(SPECIAL))

    assert cadre.rows("SELECT count(*) FROM statement WHERE text = %(text)s", text=SPECIAL) == [(1,)]
    assert cadre.rows("SELECT DISTINCT statement_sha256 FROM acknowledgement") == [(hash_of(SPECIAL),)]


def test_another_statement_is_an_amendment_of_substance_and_what_was_agreed_to_stays(cadre, audience, ana):
    letter = cadre.issued(audience)
    cadre.confirm(letter, ana)

    amended = amend(cadre, letter, statement=SPECIAL)

    found = compare(cadre.analyst, letter, 1, 2)
    assert (found.change, [one.field for one in found.fields]) == (events.NoticeAmended.SUBSTANTIVE, ["statement"])
    assert version(cadre.analyst, letter, 1).notice.statement == OWN
    assert not cadre.inbox(ana)[0].ready
    assert refusal(cadre.confirm, amended, ana, statement_sha256=hash_of(OWN)).reason == "STATEMENT_CHANGED"
    cadre.confirm(amended, ana, statement_sha256=hash_of(SPECIAL))
    said = [(one.version, one.statement) for one in own(cadre, ana, letter).acknowledgements]
    assert said == [(2, SPECIAL), (1, OWN)]


def test_a_statement_that_changed_since_it_was_sent_for_approval_voids_the_approval(cadre, audience):
    waits = cadre.analyst.SubmitNotice(
        notice_pb.SubmitNoticeRequest(
            name=(draft := cadre.draft(audience, statement=SPECIAL)).name, etag=draft.etag, request_id=cadre.new_id()
        )
    )
    with cadre.running.connect() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE notice SET statement = 'I agree to whatever it says.'")

    refused = refusal(cadre.publish, waits)

    assert (refused.reason, refused.metadata["differs"]) == ("APPROVAL_VOID", "the text")


def test_a_statement_is_a_line_that_is_read_whole(cadre, audience):
    refused = refusal(cadre.draft, audience, statement="x" * 501)

    assert (refused.reason, list(refused.fields)) == ("INVALID_FIELD", ["notice.statement"])


@pytest.mark.parametrize("channel", [RECORD.ON_BEHALF, 99])
def test_nobody_confirms_for_themselves_on_behalf_or_by_no_way(cadre, audience, ana, channel):
    letter = cadre.issued(audience)

    assert list(refusal(cadre.confirm, letter, ana, channel=channel).fields) == ["channel"]


def test_what_was_agreed_to_never_changes(cadre, audience, ana):
    cadre.confirm(cadre.issued(audience), ana)

    for sql in (
        "UPDATE statement SET text = 'x'",
        "DELETE FROM statement",
        "UPDATE acknowledgement SET statement_sha256 = 'x'",
    ):
        with pytest.raises(Exception, match="append-only"):
            cadre.rows(sql)


def test_a_process_of_before_agrees_to_what_its_pages_show(cadre, audience, ana):
    letter = cadre.issued(audience)

    with cadre.running.connect() as connection:
        connection.execute("ALTER TABLE acknowledgement DISABLE TRIGGER needs_audit_row")
        for kind, agency in (("READ", ""), ("CONFIRM", ""), ("AGENCY", "lake")):
            connection.execute(
                "INSERT INTO acknowledgement (notice_id, person_id, kind, agency_id, version, text_sha256, at)"
                " VALUES (%s, %s, %s, %s, 1, %s, now())",
                (letter.name.removeprefix("notices/"), ana, kind, agency, letter.text_sha256),
            )

    said = {one.kind: (one.statement, one.statement_assumed) for one in own(cadre, ana, letter).acknowledgements}
    assert said == {
        RECORD.READ: ("", False),
        RECORD.CONFIRM: (OWN, True),
        RECORD.AGENCY: (FOR_AGENCY, True),
    }


def test_own_record_goes_on_page_by_page_over_all_letters_newest_first(cadre, audience, ana):
    letters = [cadre.issued(audience, number="") for _ in range(3)]
    for letter in letters:
        cadre.read(letter, ana)
        cadre.confirm(letter, ana)

    token, found = "", []
    while True:
        answer = own(cadre, ana, page_size=2, page_token=token)
        found += answer.acknowledgements
        token = answer.next_page_token
        if not token:
            break

    assert [(one.notice, one.kind) for one in found] == [
        (letter.name, kind) for letter in reversed(letters) for kind in (RECORD.CONFIRM, RECORD.READ)
    ]


def test_an_agency_sees_its_own_people_and_who_leads_a_unit_that_one(cadre, ana):
    ben, cora = cadre.people(2)
    letter = cadre.issued(
        cadre.new_audience(cadre.at(ana, "lake", "legal"), cadre.at(ben, "lake", "intake"), cadre.at(cora, "yolo"))
    )
    for one in (ana, ben, cora):
        cadre.confirm(letter, one)
    coordinator = cadre.new_id()
    confirm_for(cadre, letter, coordinator)
    lead = cadre.running.stubs(
        caller=f"people/{cadre.new_id()}", rights={"readiness.read_agency": ["agencies/lake/units/legal"]}
    )

    def people(answer):
        return sorted(one.person.removeprefix("people/") for one in answer.acknowledgements)

    assert people(of_agency(cadre, letter)) == sorted([ana, ben, coordinator])
    assert people(of_agency(cadre, letter, people=[f"people/{ben}", f"people/{cora}"])) == [ben]
    assert people(of_agency(cadre, letter, stub=lead)) == [ana]
    assert people(of_agency(cadre, letter, "yolo")) == [cora]
    first = of_agency(cadre, letter, page_size=1)
    second = of_agency(cadre, letter, page_size=5, page_token=first.next_page_token)
    assert people(first) + people(second) == sorted([ana, ben, coordinator])
