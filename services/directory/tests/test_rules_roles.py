"""Roles and the rights that they give."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.rules import roles
from servicekit.refusals import InvalidField
from servicekit.rpc.calls import Scope

LAKE_ONLY = roles.Work(now=frozenset({"lake"}), ever=frozenset({"lake"}), of_state=frozenset())
NOWHERE = roles.Work(now=frozenset(), ever=frozenset({"lake"}), of_state=frozenset())
LEFT_STATE = roles.Work(now=frozenset({"lake"}), ever=frozenset({"lake", "dcss"}), of_state=frozenset({"dcss"}))
AT_STATE = roles.Work(now=frozenset({"dcss"}), ever=frozenset({"dcss"}), of_state=frozenset({"dcss"}))


def test_everybody_may_read_and_learn_for_themselves_and_nothing_more():
    rights = roles.rights([], LAKE_ONLY)

    assert rights == dict.fromkeys(roles.EVERYONE, frozenset({"self"}))


@pytest.mark.parametrize("role", roles.AGENCY_ROLES)
def test_a_role_at_an_agency_reaches_that_agency_and_no_other(role):
    rights = roles.rights([roles.Grant(role, "lake")], LAKE_ONLY)

    own = {right: scopes - {"self"} for right, scopes in rights.items() if right in roles.AGENCY_ROLES[role]}
    assert own.keys() == set(roles.AGENCY_ROLES[role])
    assert set(own.values()) == {frozenset({"agencies/lake"})}
    assert not any("state" in scopes for scopes in rights.values())


@pytest.mark.parametrize("role", roles.STATE_ROLES)
def test_a_role_for_the_state_reaches_everywhere_and_gives_no_names(role):
    rights = roles.rights([roles.Grant(role, "state")], AT_STATE)

    held = {right for right, scopes in rights.items() if "state" in scopes}
    assert held == set(roles.STATE_ROLES[role])
    assert "people.read" not in held


def test_whoever_reads_people_at_an_agency_may_read_why_they_are_on_a_list():
    rights = roles.rights([roles.Grant("supervisor", "lake")], LAKE_ONLY)

    assert rights["self.read"] == frozenset({"self", "agencies/lake"})


def test_a_role_at_an_agency_ends_when_the_job_there_ends():
    assert roles.rights([roles.Grant("coordinator", "lake")], NOWHERE) == roles.rights([], NOWHERE)
    assert roles.rights([roles.Grant("coordinator", "mendocino")], LAKE_ONLY) == roles.rights([], LAKE_ONLY)


def test_a_role_for_the_state_ends_with_the_last_job_there_but_not_for_those_who_never_had_one():
    grant = roles.Grant("operator", "state")

    assert roles.counts(grant, AT_STATE)
    assert not roles.counts(grant, LEFT_STATE)
    assert roles.counts(grant, LAKE_ONLY)
    assert roles.counts(grant, NOWHERE)


def test_who_works_nowhere_signs_in_only_with_a_role_for_the_state():
    assert roles.may_sign_in([], LAKE_ONLY)
    assert not roles.may_sign_in([roles.Grant("coordinator", "lake")], NOWHERE)
    assert roles.may_sign_in([roles.Grant("operator", "state")], NOWHERE)


def test_roles_are_given_only_for_what_they_are_meant_for():
    tried = 0
    for role, scope in itertools.product([*roles.AGENCY_ROLES, *roles.STATE_ROLES], ["state", "lake"]):
        tried += 1
        if (role in roles.STATE_ROLES) == (scope == "state"):
            roles.check_grant(role, scope)
            continue
        with pytest.raises(InvalidField) as refused:
            roles.check_grant(role, scope)
        assert refused.value.field == "grant.scope"
    assert tried == 2 * (len(roles.AGENCY_ROLES) + len(roles.STATE_ROLES))


def test_a_role_that_does_not_exist_is_refused():
    with pytest.raises(InvalidField) as refused:
        roles.check_grant("king", "state")
    assert refused.value.field == "grant.role"


def test_every_role_has_a_title_for_sentences():
    assert set(roles.TITLES) == {*roles.AGENCY_ROLES, *roles.STATE_ROLES}


def test_a_role_for_a_unit_reaches_that_unit_alone():
    rights = roles.rights([roles.Grant("supervisor", "lake/units/legal")], LAKE_ONLY)

    for right in (*roles.AGENCY_ROLES["supervisor"], "self.read"):
        assert rights[right] - {"self"} == {"agencies/lake/units/legal"}


def test_a_role_for_a_unit_counts_while_the_person_works_at_its_agency():
    grant = roles.Grant("supervisor", "lake/units/legal")

    assert roles.counts(grant, LAKE_ONLY)
    assert roles.rights([grant], NOWHERE) == roles.rights([], NOWHERE)


def test_only_a_supervisor_is_one_for_a_unit():
    roles.check_grant("supervisor", "lake/units/legal")
    for role in ("coordinator", "director", "operator"):
        with pytest.raises(InvalidField, match="scope"):
            roles.check_grant(role, "lake/units/legal")


AGENCIES = st.sampled_from(["lake", "yolo"])
GRANTS = st.lists(
    st.builds(roles.Grant, st.just("supervisor"), AGENCIES)
    | st.builds(roles.Grant, st.sampled_from(["coordinator", "director"]), AGENCIES)
    | st.builds(
        roles.Grant,
        st.just("supervisor"),
        st.builds("{}/units/{}".format, AGENCIES, st.sampled_from(["legal", "intake"])),
    ),
    max_size=6,
)


@given(GRANTS)
def test_several_grants_reach_what_each_does_and_say_no_part_of_what_is_whole(grants):
    work = roles.Work(now=frozenset({"lake", "yolo"}), ever=frozenset({"lake", "yolo"}), of_state=frozenset())
    together = roles.rights(grants, work)
    reach = {right: Scope(whole=False, resources=scopes, person="") for right, scopes in together.items()}

    for grant in grants:
        for right in roles.AGENCY_ROLES[grant.role]:
            assert reach[right].allows(f"agencies/{grant.scope}")
    for right, scope in reach.items():
        alone = [roles.rights([grant], work).get(right, frozenset()) for grant in grants]
        assert scope.resources <= frozenset().union({"self"}, *alone)
        assert not {agency for agency, _ in scope.parts("agencies", "units")} & scope.ids("agencies")


def test_operators_keep_the_states_connections_and_those_who_write_letters_and_training_see_them():
    keeping = {role for role, rights in roles.STATE_ROLES.items() if "connections.manage" in rights}
    seeing = {role for role, rights in roles.STATE_ROLES.items() if "connections.read" in rights}

    assert keeping == {"operator"}
    assert seeing == {"operator", "policy_analyst", "training_manager"}
    assert all(("connections.read" in each) == ("connections.manage" in each) for each in roles.AGENCY_ROLES.values())
