"""What was agreed to be done, by whom and by which day."""

from cadre.partnership.v1 import meeting_service_pb2 as pb

from .conftest import FIRST, SECOND, SECRETARY, STRANGER, doing, new_id, reason_of


def test_an_action_is_told_to_its_owner_and_done_by_them_or_who_runs_the_body(world, room):
    assert reason_of(room.secretary.CreateAction, doing(room, STRANGER)) == "NOT_OF_THE_BODY"
    assert reason_of(world.by(FIRST).CreateAction, doing(room, FIRST)) == "PART_NEEDED"
    late, soon, own = (
        room.secretary.CreateAction(doing(room, who, days)) for who, days in ((FIRST, 9), (SECOND, 2), (SECRETARY, 4))
    )
    assert room.messages() == [("meeting.action_given", {FIRST}), ("meeting.action_given", {SECOND})]

    def complete(by, action, *, done=True):
        listed = {
            one.name: one for one in room.secretary.ListActions(pb.ListActionsRequest(parent=room.body.name)).actions
        }
        request = pb.CompleteActionRequest(
            name=action.name, done=done, etag=listed[action.name].etag, request_id=new_id()
        )
        return by.CompleteAction(request)

    assert reason_of(complete, world.by(FIRST), soon) == "PART_NEEDED"
    assert complete(world.by(SECOND), soon).HasField("complete_time")

    def listed(by, **said):
        found, token = [], ""
        while True:
            answer = by.ListActions(pb.ListActionsRequest(page_size=2, page_token=token, **said))
            found += [one.name for one in answer.actions]
            token = answer.next_page_token
            if not token:
                return found

    assert listed(world.by(FIRST), parent=room.body.name) == [own.name, late.name, soon.name]
    assert listed(world.by(FIRST)) == [late.name]
    assert listed(world.by(STRANGER), parent=room.body.name) == []
    assert not complete(room.secretary, soon, done=False).HasField("complete_time")
    assert listed(room.secretary, parent=room.body.name) == [soon.name, own.name, late.name]
