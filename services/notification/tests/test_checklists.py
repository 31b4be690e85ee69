"""Checklists: what an agency says of its items, who may, what the state sees of it, and two who say it at once."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cadre.notification.v1 import checklist_service_pb2 as pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from notification.checklists.rules import checklist
from notification.checklists.rules.checklist import COUNTED, MOST_OWN, SAID, State
from servicekit.rpc.client import Refused

from .conftest import change, new_id

Item = pb.ChecklistItem


def somebody(cadre, **rights):
    name = f"people/{uuid.uuid4()}"
    held = {right: list(scopes) for right, scopes in rights.items()}
    return SimpleNamespace(name=name, id=name[7:], stub=cadre.running.stubs(caller=name, rights=held))


def coordinator(cadre, agency="lake"):
    scopes = [f"agencies/{agency}"]
    return somebody(cadre, **{"readiness.read_agency": scopes, "notices.confirm_for_agency": scopes})


@pytest.fixture
def maria(cadre):
    """A coordinator of Lake."""
    return coordinator(cadre)


@pytest.fixture
def worker():
    return new_id()


@pytest.fixture
def letter(cadre, worker):
    """A letter that is out, to one person at Lake."""
    return cadre.issued(cadre.new_audience(change(worker, "lake")))


def get(who, letter, agency="lake"):
    request = pb.GetChecklistRequest(parent=f"agencies/{agency}", notice=letter.name)
    return who.stub.GetChecklist(request).items


def items(who, letter, agency="lake"):
    return {one.item: one for one in get(who, letter, agency)}


def say(who, letter, item, state=Item.DONE, reason="", *, etag=None, agency="lake"):
    if etag is None:
        etag = items(who, letter, agency)[item].etag
    said = Item(item=item, state=state, reason=reason, etag=etag)
    request = pb.UpdateChecklistRequest(
        parent=f"agencies/{agency}", notice=letter.name, items=[said], request_id=new_id()
    )
    return {one.item: one for one in who.stub.UpdateChecklist(request).items}


def add(who, letter, title, agency="lake"):
    request = pb.AddChecklistItemRequest(
        parent=f"agencies/{agency}", notice=letter.name, title=title, request_id=new_id()
    )
    return who.stub.AddChecklistItem(request).items[-1]


def remove(who, letter, one, *, etag=None):
    request = pb.RemoveChecklistItemRequest(
        parent="agencies/lake",
        notice=letter.name,
        item=one.item,
        etag=one.etag if etag is None else etag,
        request_id=new_id(),
    )
    return who.stub.RemoveChecklistItem(request).items


def summaries(cadre, *letters):
    request = pb.ListChecklistSummariesRequest(notices=[one.name for one in letters])
    return {one.agency: one for one in cadre.analyst.ListChecklistSummaries(request).summaries}


def counts(summary):
    return summary.done, summary.not_done, summary.blocked


def test_a_new_letter_has_the_common_items_and_none_is_done(cadre, maria, letter):
    assert [(one.item, one.state, one.etag) for one in get(maria, letter)] == [
        *((item, Item.NOT_DONE, "") for item in SAID),
        (COUNTED, Item.NOT_DONE, ""),
    ]


def test_who_said_it_and_when_stands_at_the_item_and_it_is_undone_by_setting_it_back(cadre, maria, letter):
    done = say(maria, letter, "forms-replaced", reason="The old forms are gone.")["forms-replaced"]

    assert (done.state, done.reason, done.updater, done.version) == (
        *(Item.DONE, "The old forms are gone.", maria.name),
        1,
    )
    assert done.update_time.seconds
    other = coordinator(cadre)
    back = say(other, letter, "forms-replaced", Item.NOT_DONE)["forms-replaced"]
    assert (back.state, back.reason, back.updater) == (Item.NOT_DONE, "", other.name)


def test_blocked_needs_a_reason(cadre, maria, letter):
    for nothing in ("", " \t ", "\u200b"):
        with pytest.raises(Refused) as refused:
            say(maria, letter, "roles-set", Item.BLOCKED, nothing)
        assert list(refused.value.fields) == ["reason"]
    with pytest.raises(Refused) as refused:
        say(maria, letter, "roles-set", Item.BLOCKED, "x" * 501)
    assert list(refused.value.fields) == ["reason"]
    assert say(maria, letter, "roles-set", Item.BLOCKED, "No role yet")["roles-set"].state == Item.BLOCKED


def test_whether_staff_are_trained_is_counted_and_said_by_nobody(cadre, maria, letter, worker):
    assert items(maria, letter)[COUNTED].counted
    refused = pb.UpdateChecklistRequest(
        parent="agencies/lake", notice=letter.name, items=[Item(item=COUNTED, state=Item.DONE)], request_id=new_id()
    )
    assert cadre.reason_of(maria.stub.UpdateChecklist, refused) == "ITEM_COUNTED"
    cadre.confirm(letter, worker)
    assert items(maria, letter)[COUNTED].state == Item.DONE
    cadre.members(letter.audience.removeprefix("audiences/"), change(new_id(), "lake"))
    assert items(maria, letter)[COUNTED].state == Item.NOT_DONE


def test_where_nobody_is_affected_there_is_nobody_to_train(cadre, letter):
    yolo = coordinator(cadre, "yolo")

    assert items(yolo, letter, "yolo")[COUNTED].state == Item.DONE


def test_two_who_say_it_at_once_do_not_overwrite_each_other(cadre, maria, letter):
    other = coordinator(cadre)
    seen = items(maria, letter)["roles-set"].etag
    say(other, letter, "roles-set", Item.BLOCKED, "Waits for the state", etag=seen)

    with pytest.raises(Refused) as refused:
        say(maria, letter, "roles-set", etag=seen)
    assert refused.value.reason == "STALE"
    assert refused.value.metadata["resource"].endswith("/checklist/roles-set")
    assert items(maria, letter)["roles-set"].state == Item.BLOCKED
    # Other items are another matter, and to say what stands already is none.
    say(maria, letter, "forms-replaced", etag="")
    say(maria, letter, "roles-set", Item.BLOCKED, "Waits for the state", etag=seen)
    assert items(maria, letter)["roles-set"].updater == other.name


def test_of_many_at_the_same_moment_one_is_heard(cadre, maria, letter):
    people = [coordinator(cadre) for _ in range(4)]

    def try_to(who):
        return cadre.reason_of(lambda: say(who, letter, "roles-set", reason=who.id, etag=""))

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(try_to, people))

    assert sorted(outcomes) == ["", "STALE", "STALE", "STALE"]
    winner = people[outcomes.index("")]
    assert items(maria, letter)["roles-set"].reason == winner.id


def test_several_items_are_said_together_or_not_at_all(cadre, maria, letter):
    say(maria, letter, "roles-set")
    said = [Item(item="forms-replaced", state=Item.DONE), Item(item="roles-set", state=Item.NOT_DONE, etag="7")]
    request = pb.UpdateChecklistRequest(parent="agencies/lake", notice=letter.name, items=said, request_id=new_id())
    assert cadre.reason_of(maria.stub.UpdateChecklist, request) == "STALE"
    assert items(maria, letter)["forms-replaced"].state == Item.NOT_DONE

    for wrong in ([], [said[0], said[0]], [Item(item=new_id(), state=Item.DONE)] * 21, [Item(item="roles-set")]):
        request = pb.UpdateChecklistRequest(
            parent="agencies/lake", notice=letter.name, items=wrong, request_id=new_id()
        )
        assert cadre.reason_of(maria.stub.UpdateChecklist, request) == "INVALID_FIELD"
    unknown = Item(item="coffee", state=Item.DONE)
    request = pb.UpdateChecklistRequest(
        parent="agencies/lake", notice=letter.name, items=[unknown], request_id=new_id()
    )
    assert cadre.reason_of(maria.stub.UpdateChecklist, request) == "NOT_FOUND"


def test_an_agency_has_items_of_its_own_up_to_ten_and_takes_them_off(cadre, maria, letter):
    own = add(maria, letter, "  Tell the   court clerks ")

    assert (own.title, own.state) == ("Tell the court clerks", Item.NOT_DONE)
    assert cadre.reason_of(lambda: add(maria, letter, "tell the court clerks")) == "ITEM_LISTED"
    assert cadre.reason_of(lambda: add(maria, letter, " ")) == "INVALID_FIELD"
    say(maria, letter, own.item, Item.BLOCKED, "They are closed")
    for n in range(MOST_OWN - 1):
        add(maria, letter, f"Item {n}")
    assert cadre.reason_of(lambda: add(maria, letter, "One more")) == "TOO_MANY_ITEMS"
    assert cadre.reason_of(lambda: remove(maria, letter, own)) == "STALE"
    left = remove(maria, letter, items(maria, letter)[own.item])
    assert own.item not in {one.item for one in left}
    assert cadre.reason_of(lambda: remove(maria, letter, own)) == "NOT_FOUND"
    common = items(maria, letter)["roles-set"]
    assert cadre.reason_of(lambda: remove(maria, letter, common)) == "NOT_FOUND"


def test_one_agency_has_nothing_of_anothers_list(cadre, maria, letter):
    own = add(maria, letter, "Tell the court clerks")
    say(maria, letter, "roles-set", Item.BLOCKED, "No role yet")
    yolo = coordinator(cadre, "yolo")

    assert [one.state for one in get(yolo, letter, "yolo")[:3]] == [Item.NOT_DONE] * 3
    assert own.item not in items(yolo, letter, "yolo")
    lake = pb.GetChecklistRequest(parent="agencies/lake", notice=letter.name)
    assert cadre.reason_of(yolo.stub.GetChecklist, lake) == "PERMISSION_MISSING"
    assert cadre.reason_of(lambda: say(yolo, letter, "roles-set", etag="1")) == "PERMISSION_MISSING"


def test_who_leads_a_unit_reads_the_list_and_does_not_write_it(cadre, maria, letter):
    lead = somebody(cadre, **{"readiness.read_agency": ["agencies/lake/units/intake"]})
    director = somebody(cadre, **{"readiness.read_agency": ["agencies/lake"]})

    for who in (lead, director):
        assert len(get(who, letter)) == len(SAID) + 1
        assert cadre.reason_of(lambda: say(who, letter, "roles-set", etag="")) == "PERMISSION_MISSING"  # noqa: B023


def test_the_state_sees_counts_of_every_agency_and_why_items_are_blocked_and_nobodys_name(cadre, maria, letter):
    say(maria, letter, "forms-replaced")
    say(maria, letter, "roles-set", Item.BLOCKED, "The role is not there yet")
    own = add(maria, letter, "Tell the court clerks")
    say(maria, letter, own.item, Item.BLOCKED, "They are closed")

    seen = summaries(cadre, letter)
    assert set(seen) == {f"agencies/{agency}" for agency in cadre.agencies}
    assert counts(seen["agencies/lake"]) == (1, 2, 2)
    assert seen["agencies/lake"].of == 5
    assert [(one.item, one.title, one.reason) for one in seen["agencies/lake"].blocked_items] == [
        ("roles-set", "", "The role is not there yet"),
        (own.item, "Tell the court clerks", "They are closed"),
    ]
    # Nobody there is affected.
    assert counts(seen["agencies/yolo"]) == (1, 3, 0)
    assert maria.id not in str(seen)
    only = pb.ListChecklistSummariesRequest(notices=[letter.name], only_blocked=True)
    assert list(cadre.analyst.ListChecklistSummaries(only).summaries) == [seen["agencies/lake"]]
    request = pb.ListChecklistSummariesRequest(notices=[letter.name])
    assert cadre.reason_of(maria.stub.ListChecklistSummaries, request) == "PERMISSION_MISSING"
    own = pb.ListAgencyChecklistsRequest(parent="agencies/lake", notices=[letter.name])
    assert list(maria.stub.ListAgencyChecklists(own).summaries) == [seen["agencies/lake"]]


def test_a_draft_has_no_checklist_for_anybody(cadre, maria, worker):
    draft = cadre.draft(cadre.new_audience(change(worker, "lake")))

    assert cadre.reason_of(lambda: get(maria, draft)) == "NOT_FOUND"
    assert cadre.reason_of(lambda: say(maria, draft, "roles-set", etag="")) == "NOT_FOUND"
    assert not summaries(cadre, draft)
    none = pb.ListChecklistSummariesRequest()
    assert cadre.reason_of(cadre.analyst.ListChecklistSummaries, none) == "INVALID_FIELD"


def test_a_letter_that_does_not_go_to_an_agency_has_no_checklist_there(cadre, worker):
    audience = cadre.new_audience(change(worker, "lake"))
    letter = cadre.issued(audience, receivers=["agencies/lake"])

    assert cadre.reason_of(lambda: get(coordinator(cadre, "yolo"), letter, "yolo")) == "NOT_FOUND"
    assert set(summaries(cadre, letter)) == {"agencies/lake"}


def test_of_a_withdrawn_letter_the_list_stays_and_is_not_written_any_more(cadre, maria, letter):
    say(maria, letter, "roles-set")
    own = add(maria, letter, "Tell the court clerks")
    cadre.approver.WithdrawNotice(
        notice_pb.WithdrawNoticeRequest(name=letter.name, etag=letter.etag, reason="Wrong", request_id=new_id())
    )

    assert items(maria, letter)["roles-set"].state == Item.DONE
    assert cadre.reason_of(lambda: say(maria, letter, "forms-replaced")) == "NOTICE_WITHDRAWN"
    assert cadre.reason_of(lambda: add(maria, letter, "More")) == "NOTICE_WITHDRAWN"
    assert cadre.reason_of(lambda: remove(maria, letter, own)) == "NOTICE_WITHDRAWN"


def test_what_was_said_before_is_in_the_audit_trail(cadre, maria, letter):
    say(maria, letter, "roles-set", Item.BLOCKED, "No role yet")
    say(maria, letter, "roles-set")
    trail = cadre.rows(
        "SELECT before, after FROM audit WHERE resource = %(name)s ORDER BY at",
        name=f"agencies/lake/{letter.name}/checklist",
    )
    assert trail == [
        ({"roles-set": {}}, {"roles-set": {"state": "BLOCKED", "reason": "No role yet"}}),
        (
            {"roles-set": {"state": "BLOCKED", "reason": "No role yet"}},
            {"roles-set": {"state": "DONE", "reason": ""}},
        ),
    ]


@given(
    said=st.dictionaries(st.sampled_from(SAID), st.sampled_from(State)),
    own=st.lists(st.sampled_from(State), max_size=MOST_OWN),
    to_go=st.integers(0, 3),
)
def test_a_tally_counts_every_item_once(said, own, to_go):
    tally = checklist.tally([*said.values(), *own], len(said), to_go)

    assert tally.of == len(SAID) + 1 + len(own)
    assert tally.blocked == [*said.values(), *own].count(State.BLOCKED)
    assert (tally.done == tally.of) == (
        to_go == 0 and len(said) == len(SAID) and {*said.values(), *own} <= {State.DONE}
    )
