"""Messages, reminders and mail: unpack, call, pack."""

from uuid import UUID

from cadre.notification.v1 import ladder_service_pb2 as ladder_pb
from cadre.notification.v1 import message_service_pb2 as pb
from notification.letters import wire as letters
from notification.messages import ladders, own, queries, quiet, reminders, wire
from notification.messages.rules.kinds import KINDS
from notification.messages.rules.ladder import Of, check, days
from notification.messages.rules.quiet import OwnHours
from notification.messages.sending import hours_of, way_of
from servicekit import closed_days
from servicekit.data.db import Database
from servicekit.names import slug_in
from servicekit.rpc.calls import Call, Servicer
from servicekit.rpc.wire import caller, timestamp
from servicekit.settings import Settings


class MessageServicer(Servicer):
    """Answers `cadre.notification.v1.MessageService`."""

    service = pb.DESCRIPTOR.services_by_name["MessageService"]

    def __init__(self, database: Database, settings: Settings) -> None:
        super().__init__(database)
        self._settings = settings

    def ListMessages(self, request: pb.ListMessagesRequest, call: Call) -> pb.ListMessagesResponse:
        page, person_id = self.page_of(request), caller(call.principal)
        with self.read() as db:
            rows = queries.messages(db, person_id, page, now=call.now)
            unopened = queries.unopened(db, person_id, now=call.now)
        shown, token = page.cut(rows, lambda row: [row.at, row.id, row.scope])
        return pb.ListMessagesResponse(
            messages=map(wire.message, shown), next_page_token=token, unopened_count=unopened
        )

    def OpenMessages(self, request: pb.OpenMessagesRequest, call: Call) -> pb.OpenMessagesResponse:
        messages, person_id = wire.message_ids(request.names), caller(call.principal)
        with self.write(call, request) as db:
            own.open_messages(db, person_id, messages)
            return db.answer(pb.OpenMessagesResponse(unopened_count=queries.unopened(db, person_id, now=call.now)))

    def GetMailChoices(self, request: pb.GetMailChoicesRequest, call: Call) -> pb.MailChoices:  # noqa: ARG002
        with self.read() as db:
            person_id = caller(call.principal)
            return wire.choices(queries.choices(db, person_id), quiet.morning(db, person_id), call.principal.rights)

    def ChooseMail(self, request: pb.ChooseMailRequest, call: Call) -> pb.MailChoices:
        person_id = caller(call.principal)
        with self.write(call, request) as db:
            own.choose(db, person_id, request.kind, wanted=request.wanted)
            return db.answer(
                wire.choices(queries.choices(db, person_id), quiet.morning(db, person_id), call.principal.rights)
            )

    def ChooseMorning(self, request: pb.ChooseMorningRequest, call: Call) -> pb.MailChoices:
        person_id = caller(call.principal)
        with self.write(call, request) as db:
            quiet.choose_morning(db, person_id, request.hour)
            return db.answer(wire.choices(queries.choices(db, person_id), request.hour, call.principal.rights))

    def GetMailHours(self, request: pb.GetMailHoursRequest, call: Call) -> pb.MailHours:  # noqa: ARG002
        with self.read() as db:
            return wire.mail_hours(quiet.held(db, _agency(request.parent)))

    def UpdateMailHours(self, request: pb.UpdateMailHoursRequest, call: Call) -> pb.MailHours:
        agency_id = _agency(request.parent)
        own = OwnHours(request.hours.open_hour, request.hours.close_hour)
        with self.write(call, request) as db:
            return db.answer(wire.mail_hours(quiet.replace(db, agency_id, own, request.hours.etag)))

    def PreviewReminder(self, request: pb.PreviewReminderRequest, call: Call) -> pb.ReminderPreview:
        notice_id, agency_id = _at(request.notice, request.parent)
        with self.read() as db:
            found = reminders.preview(db, notice_id, agency_id, wire.people(request.people), at=call.now)
            wanted = reminders.wanted(db, notice_id, agency_id, found, hours_of(db, self._settings), at=call.now)
        return wire.preview(found, wanted)

    def SendReminder(self, request: pb.SendReminderRequest, call: Call) -> pb.Reminder:
        notice_id, agency_id = _at(request.notice, request.parent)
        people, sender = wire.people(request.people), caller(call.principal)
        unticked = wire.people(request.unticked, "unticked")
        with self.write(call, request) as db:
            hours = hours_of(db, self._settings)
            message_id = reminders.remind(
                db, notice_id, agency_id, people, sender=sender, hours=hours, unticked=unticked
            )
            (made,) = (one for one in reminders.sent(db, notice_id, agency_id) if one.id == message_id)
            return db.answer(wire.reminder(made))

    def ListReminders(self, request: pb.ListRemindersRequest, call: Call) -> pb.ListRemindersResponse:  # noqa: ARG002
        notice_id, agency_id = _at(request.notice, request.parent)
        with self.read() as db:
            found = reminders.sent(db, notice_id, agency_id)
        return pb.ListRemindersResponse(reminders=map(wire.reminder, found))

    def ListFailingAddresses(
        self,
        request: pb.ListFailingAddressesRequest,
        call: Call,  # noqa: ARG002
    ) -> pb.ListFailingAddressesResponse:
        agency_id = slug_in("agencies/{agency}", request.parent, field="parent")
        with self.read() as db:
            found = queries.failing_addresses(db, agency_id)
        return pb.ListFailingAddressesResponse(addresses=map(wire.failing, found))

    def ListMessageRules(self, request: pb.ListMessageRulesRequest, call: Call) -> pb.ListMessageRulesResponse:  # noqa: ARG002
        with self.read() as db:
            found = queries.rules(db, since=call.now - queries.LATELY)
            queue, hours = queries.queue(db), hours_of(db, self._settings)
        return pb.ListMessageRulesResponse(
            rules=[wire.rule(kind, found) for kind in KINDS.values()],
            queued=queue.mails,
            oldest_queued_time=timestamp(queue.oldest),
            way=way_of(self._settings).name,
            trouble=queue.trouble,
            hours=hours.sentence(),
        )

    def ListMail(self, request: pb.ListMailRequest, call: Call) -> pb.ListMailResponse:  # noqa: ARG002
        page, states = self.page_of(request), wire.mail_states(request.state)
        with self.read() as db:
            about = queries.about_of(db, request.about, request.letter)
            rows = queries.mails(db, page, states=states, about=about)
        shown, token = page.cut(rows, lambda row: [row.created_at, row.id])
        return pb.ListMailResponse(mails=map(wire.mail, shown), next_page_token=token)

    def ListCaughtMail(self, request: pb.ListCaughtMailRequest, call: Call) -> pb.ListCaughtMailResponse:  # noqa: ARG002
        page, person_id = self.page_of(request), wire.person_or_none(request.person)
        with self.read() as db:
            about = queries.about_of(db, request.about, request.letter)
            rows = queries.caught(db, page, person_id=person_id, about=about)
        shown, token = page.cut(rows, lambda row: [row.at, row.id])
        return pb.ListCaughtMailResponse(
            mails=map(wire.caught, shown), next_page_token=token, total_size=rows[0].total if rows else 0
        )

    def GetCaughtMail(self, request: pb.GetCaughtMailRequest, call: Call) -> pb.CaughtMail:  # noqa: ARG002
        with self.read() as db:
            return wire.caught(queries.caught_one(db, wire.caught_id(request.name)))


class LadderServicer(Servicer):
    """Answers `cadre.notification.v1.LadderService`."""

    service = ladder_pb.DESCRIPTOR.services_by_name["LadderService"]

    def GetLadder(self, request: ladder_pb.GetLadderRequest, call: Call) -> ladder_pb.Ladder:  # noqa: ARG002
        with self.read() as db:
            return wire.ladder(ladders.held(db, wire.ladder_owner(request.name, "name")))

    def ListLadders(self, request: ladder_pb.ListLaddersRequest, call: Call) -> ladder_pb.ListLaddersResponse:  # noqa: ARG002
        with self.read() as db:
            return ladder_pb.ListLaddersResponse(ladders=map(wire.ladder, ladders.listed(db)))

    def PreviewLadder(self, request: ladder_pb.PreviewLadderRequest, call: Call) -> ladder_pb.PreviewLadderResponse:  # noqa: ARG002
        rungs = wire.rungs(request.ladder)
        check(rungs)
        due, agency_due = wire.dues(request)
        with self.read() as db:
            calendar = closed_days.known(db)
        return wire.rung_days(days(rungs, calendar, {Of.WORK: due, Of.CONFIRMATION: agency_due}))

    def UpdateLadder(self, request: ladder_pb.UpdateLadderRequest, call: Call) -> ladder_pb.Ladder:
        owner, rungs = wire.ladder_owner(request.ladder.name, "ladder.name"), wire.rungs(request.ladder)
        with self.write(call, request) as db:
            return db.answer(wire.ladder(ladders.replace(db, owner, rungs, request.ladder.etag)))

    def ResetLadder(self, request: ladder_pb.ResetLadderRequest, call: Call) -> ladder_pb.Ladder:
        owner = wire.ladder_owner(request.name, "name")
        with self.write(call, request) as db:
            return db.answer(wire.ladder(ladders.replace(db, owner, None, request.etag)))


def _at(notice: str, parent: str) -> tuple[UUID, str]:
    return letters.notice_id(notice, "notice"), _agency(parent)


def _agency(parent: str) -> str:
    return slug_in("agencies/{agency}", parent, field="parent")
