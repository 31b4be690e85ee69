"""A request for each method on messages, their steps, and connections."""

import uuid
from datetime import UTC, datetime

from cadre.notification.v1 import connection_service_pb2 as connection_pb
from cadre.notification.v1 import ladder_service_pb2 as ladder_pb
from cadre.notification.v1 import message_service_pb2 as message_pb
from servicekit.rpc.wire import timestamp

from .common import HOME, day, fresh
from .letters import draft


def hours_to_change(world):
    """The hours of the agency, as they are."""
    asked = message_pb.GetMailHoursRequest(parent=HOME)
    reach = {"calendar.write_agency": (HOME,)}
    hours = world.call(world.access.messages.GetMailHours, asked, world.cast.analyst, reach)
    return message_pb.UpdateMailHoursRequest(parent=HOME, hours=hours, request_id=fresh())


def ladder(world):
    """Steps for a draft of its own."""
    rungs = [ladder_pb.Rung(of=ladder_pb.Rung.WORK, whom=ladder_pb.Rung.STAFF, business_days=-2, on=True)]
    return ladder_pb.Ladder(name=f"{draft(world, 'A letter with steps').name}/ladder", rungs=rungs)


def connection(w):
    """A connection of Lake, made for a request of its own; nothing is told to it."""
    w.connections += 1
    return w.rightly(w.access.connections.CreateConnection, connecting(w), "connections.manage").connection.name


def connecting(w):
    # What is deleted by no request stays: of each owner there are only so many.
    given = connection_pb.Connection(
        title=f"No. {w.connections}", address="https://hooks.example.com/", kinds=["letter.withdrawn"]
    )
    return connection_pb.CreateConnectionRequest(parent=HOME, connection=given, request_id=fresh())


def call_to_connection(w):
    ask = connection_pb.TestConnectionRequest(name=w.connection, request_id=fresh())
    return w.rightly(w.access.connections.TestConnection, ask, "connections.manage").name


REQUESTS = {
    "MessageService": {
        "ListMessages": lambda w: message_pb.ListMessagesRequest(),
        "OpenMessages": lambda w: message_pb.OpenMessagesRequest(request_id=fresh()),
        "GetMailChoices": lambda w: message_pb.GetMailChoicesRequest(),
        "ChooseMail": lambda w: message_pb.ChooseMailRequest(kind="letter.asked", wanted=True, request_id=fresh()),
        "ChooseMorning": lambda w: message_pb.ChooseMorningRequest(hour=8, request_id=fresh()),
        "GetMailHours": lambda w: message_pb.GetMailHoursRequest(parent=HOME),
        "UpdateMailHours": hours_to_change,
        "PreviewReminder": lambda w: message_pb.PreviewReminderRequest(parent=HOME, notice=w.issued),
        "SendReminder": lambda w: message_pb.SendReminderRequest(parent=HOME, notice=w.issued, request_id=fresh()),
        "ListReminders": lambda w: message_pb.ListRemindersRequest(parent=HOME, notice=w.issued),
        "ListFailingAddresses": lambda w: message_pb.ListFailingAddressesRequest(parent=HOME),
        "ListMessageRules": lambda w: message_pb.ListMessageRulesRequest(),
        "ListMail": lambda w: message_pb.ListMailRequest(),
        "ListCaughtMail": lambda w: message_pb.ListCaughtMailRequest(),
        "GetCaughtMail": lambda w: message_pb.GetCaughtMailRequest(name=f"caughtMails/{uuid.UUID(int=0)}"),
    },
    "LadderService": {
        "GetLadder": lambda w: ladder_pb.GetLadderRequest(name="state/ladder"),
        "ListLadders": lambda w: ladder_pb.ListLaddersRequest(),
        "PreviewLadder": lambda w: ladder_pb.PreviewLadderRequest(ladder=ladder(w), due_date=day(30)),
        "UpdateLadder": lambda w: ladder_pb.UpdateLadderRequest(ladder=ladder(w), request_id=fresh()),
        "ResetLadder": lambda w: ladder_pb.ResetLadderRequest(name=ladder(w).name, request_id=fresh()),
    },
    "ConnectionService": {
        "ListConnections": lambda w: connection_pb.ListConnectionsRequest(parent=HOME),
        "GetConnection": lambda w: connection_pb.GetConnectionRequest(name=w.connection),
        "CreateConnection": connecting,
        "UpdateConnection": lambda w: connection_pb.UpdateConnectionRequest(
            connection=connection_pb.Connection(
                name=w.connection, title="New", address="https://hooks.example.com/", kinds=["letter.withdrawn"]
            ),
            request_id=fresh(),
        ),
        "SwitchConnection": lambda w: connection_pb.SwitchConnectionRequest(
            name=w.connection, on=True, request_id=fresh()
        ),
        "RotateSecret": lambda w: connection_pb.RotateSecretRequest(name=w.connection, request_id=fresh()),
        "TestConnection": lambda w: connection_pb.TestConnectionRequest(name=w.connection, request_id=fresh()),
        "DeleteConnection": lambda w: connection_pb.DeleteConnectionRequest(name=connection(w), request_id=fresh()),
        "ListWebhooks": lambda w: connection_pb.ListWebhooksRequest(parent=w.connection),
        "GetWebhook": lambda w: connection_pb.GetWebhookRequest(name=call_to_connection(w)),
        "RepeatWebhooks": lambda w: connection_pb.RepeatWebhooksRequest(
            parent=w.connection, since=timestamp(datetime.now(UTC)), request_id=fresh()
        ),
    },
}
