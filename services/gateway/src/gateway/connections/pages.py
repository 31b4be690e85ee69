"""An owner's connections: list, make, change, test, and what was sent. The owner is an agency, or `state`.

Operators keep the state's; its analysts and training managers see them, for they are asked why a letter is not shown.
"""

import uuid
from collections.abc import Mapping
from datetime import timedelta

from fastapi import APIRouter
from fastapi.exceptions import HTTPException
from google.protobuf.timestamp_pb2 import Timestamp

from cadre.notification.v1 import connection_service_pb2 as pb
from gateway.connections import phrases
from gateway.web import settle
from gateway.web.forms import Form, SentForm
from gateway.web.visit import Answer, Sent, Visit, Visitor
from gateway.words import glossary
from servicekit.rpc.client import Refused

router = APIRouter(prefix="/connections/{owner}")

_STATE = "state"
_KEEP = "connections.manage"


@router.get("")
def connections(visit: Visitor, owner: str) -> Answer:
    """The connections of an owner, or what one is for."""
    found = visit.clients.connections.ListConnections(pb.ListConnectionsRequest(parent=_parent(owner))).connections
    return _page(visit, owner, "connections", found=found)


@router.get("/guide")
def guide(visit: Visitor, owner: str) -> Answer:
    """What who writes the receiving program must know."""
    return _page(visit, owner, "guide", example=phrases.example(_parent(owner)))


@router.get("/new")
def new(visit: Visitor, owner: str) -> Answer:
    """An empty form."""
    return _form(visit, owner, Form.of({"kinds": list(phrases.KINDS)}))


@router.post("/new")
def make(visit: Visitor, owner: str, form: Sent) -> Answer:
    """Make a connection, and show its secret in the answer: the only time, so no page follows it."""
    wanted = _wanted(form)
    if not form.errors:
        request = pb.CreateConnectionRequest(parent=_parent(owner), connection=wanted, request_id=form.request_id)
        try:
            return _secret(visit, owner, visit.clients.connections.CreateConnection(request), new=True)
        except Refused as error:
            form.refuse(error)
    return _form(visit, owner, form)


@router.get("/{connection_id}")
def connection(visit: Visitor, owner: str, connection_id: uuid.UUID) -> Answer:
    """One connection, with what was sent lately."""
    return _one(visit, owner, connection_id, Form.of({"since": "1"}))


@router.get("/{connection_id}/change")
def change_form(visit: Visitor, owner: str, connection_id: uuid.UUID) -> Answer:
    """The form with what holds."""
    found = _load(visit, owner, connection_id)
    form = Form.of({"title": found.title, "address": found.address, "kinds": list(found.kinds)})
    return _form(visit, owner, form, found)


@router.post("/{connection_id}/change")
def change(visit: Visitor, owner: str, connection_id: uuid.UUID, form: Sent) -> Answer:
    """Save a changed connection."""
    wanted = _wanted(form)
    wanted.name = _name(owner, connection_id)
    if not form.errors:
        request = pb.UpdateConnectionRequest(connection=wanted, request_id=form.request_id)
        try:
            visit.clients.connections.UpdateConnection(request)
            return visit.go(_path(owner, connection_id), done="connection-saved")
        except Refused as error:
            form.refuse(error)
    return _form(visit, owner, form, _load(visit, owner, connection_id))


@router.post("/{connection_id}/switch")
def switch(visit: Visitor, owner: str, connection_id: uuid.UUID, form: Sent) -> Answer:
    """Switch a connection on or off."""
    on = form.text("on") == "yes"
    request = pb.SwitchConnectionRequest(name=_name(owner, connection_id), on=on, request_id=form.request_id)
    if form.errors:
        return _one(visit, owner, connection_id, form)
    visit.clients.connections.SwitchConnection(request)
    return visit.go(_path(owner, connection_id), done="connection-on" if on else "connection-off")


@router.post("/{connection_id}/secret")
def rotate(visit: Visitor, owner: str, connection_id: uuid.UUID, form: Sent) -> Answer:
    """Make a new secret, and show it in the answer: the only time."""
    if form.errors:
        return _one(visit, owner, connection_id, form)
    request = pb.RotateSecretRequest(name=_name(owner, connection_id), request_id=form.request_id)
    return _secret(visit, owner, visit.clients.connections.RotateSecret(request), new=False)


@router.post("/{connection_id}/test")
def test(visit: Visitor, owner: str, connection_id: uuid.UUID, form: Sent) -> Answer:
    """Send a test, wait a little for what comes back, and show that."""
    if form.errors:
        return _one(visit, owner, connection_id, form)
    request = pb.TestConnectionRequest(name=_name(owner, connection_id), request_id=form.request_id)
    call = visit.clients.connections.TestConnection(request)
    look = pb.GetWebhookRequest(name=call.name)
    settle.settled(lambda: visit.clients.connections.GetWebhook(look).HasField("last_try_time"), settle.LONG)
    return visit.go(_path(owner, connection_id, call.name.rpartition("/")[2]))


@router.post("/{connection_id}/repeat")
def repeat(visit: Visitor, owner: str, connection_id: uuid.UUID, form: Sent) -> Answer:
    """Have all sent again that was given up since a day."""
    days = form.text("since")
    if days not in phrases.SINCE:
        form.errors["since"] = "Choose since when."
    if not form.errors:
        since = Timestamp()
        since.FromDatetime(visit.now - timedelta(days=int(days)))
        request = pb.RepeatWebhooksRequest(parent=_name(owner, connection_id), since=since, request_id=form.request_id)
        try:
            visit.clients.connections.RepeatWebhooks(request)
            return visit.go(_path(owner, connection_id), done="calls-repeated")
        except Refused as error:
            form.refuse(error)
    return _one(visit, owner, connection_id, form)


@router.get("/{connection_id}/delete")
def delete_form(visit: Visitor, owner: str, connection_id: uuid.UUID) -> Answer:
    """What is lost by deleting a connection."""
    _kept(visit, owner)
    return _page(visit, owner, "delete", form=Form(), connection=_load(visit, owner, connection_id))


@router.post("/{connection_id}/delete")
def delete(visit: Visitor, owner: str, connection_id: uuid.UUID, form: Sent) -> Answer:
    """Delete a connection."""
    if form.errors:
        return _page(visit, owner, "delete", form=form, connection=_load(visit, owner, connection_id))
    request = pb.DeleteConnectionRequest(name=_name(owner, connection_id), request_id=form.request_id)
    visit.clients.connections.DeleteConnection(request)
    return visit.go(f"/connections/{owner}", done="connection-deleted")


@router.get("/{connection_id}/{call_id}")
def call(visit: Visitor, owner: str, connection_id: uuid.UUID, call_id: uuid.UUID) -> Answer:
    """What was sent by one call, and what came back."""
    return _call(visit, owner, connection_id, call_id, Form())


@router.post("/{connection_id}/{call_id}")
def repeat_one(visit: Visitor, owner: str, connection_id: uuid.UUID, call_id: uuid.UUID, form: Sent) -> Answer:
    """Have one sent again."""
    if not form.errors:
        name = _name(owner, connection_id)
        request = pb.RepeatWebhooksRequest(
            parent=name, webhook=f"{name}/webhooks/{call_id}", request_id=form.request_id
        )
        try:
            visit.clients.connections.RepeatWebhooks(request)
            return visit.go(_path(owner, connection_id, str(call_id)), done="call-repeated")
        except Refused as error:
            form.refuse(error)
    return _call(visit, owner, connection_id, call_id, form)


def _wanted(form: SentForm) -> pb.Connection:
    title = form.needs("title", "Give it a name by which you know it again, such as Our intranet.")
    address = form.needs("address", "Give the address where calls arrive.")
    kinds = [kind for kind in form.all("kinds") if kind in phrases.KINDS]
    if not kinds:
        form.errors["kinds"] = "Choose at least one."
    return pb.Connection(title=title, address=address, kinds=kinds)


def _form(visit: Visit, owner: str, form: Form, found: pb.Connection | None = None) -> Answer:
    _kept(visit, owner)
    one_of_two = 1 if owner == _STATE else 0
    offered = [(kind, said[one_of_two]) for kind, said in phrases.KINDS.items()]
    return _page(visit, owner, "form", form=form, connection=found, offered=offered)


def _secret(visit: Visit, owner: str, made: pb.ConnectionSecret, *, new: bool) -> Answer:
    return _page(visit, owner, "secret", once=True, connection=made.connection, secret=made.secret, new=new)


def _one(visit: Visit, owner: str, connection_id: uuid.UUID, form: Form) -> Answer:
    found = _load(visit, owner, connection_id)
    calls = visit.clients.connections.ListWebhooks(pb.ListWebhooksRequest(parent=found.name)).webhooks
    return _page(
        visit,
        owner,
        "connection",
        form=form,
        connection=found,
        calls=calls,
        maker=visit.names([found.creator]).get(found.creator, ""),
        since=list(phrases.SINCE.items()),
    )


def _call(visit: Visit, owner: str, connection_id: uuid.UUID, call_id: uuid.UUID, form: Form) -> Answer:
    found = _load(visit, owner, connection_id)
    name = f"{found.name}/webhooks/{call_id}"
    call = visit.clients.connections.GetWebhook(pb.GetWebhookRequest(name=name))
    return _page(visit, owner, "call", form=form, connection=found, call=call)


def _page(visit: Visit, owner: str, template: str, *, once: bool = False, **values: object) -> Answer:
    form = values.get("form")
    wrong = isinstance(form, Form) and bool(form.errors)
    parts: Mapping[str, object] = {
        "owner": owner,
        "base": f"/connections/{owner}",
        "whose": "the state" if owner == _STATE else glossary.place(_parent(owner)),
        "of_state": owner == _STATE,
        "keeps": _keeps(visit, owner),
        "phrases": phrases,
    }
    return visit.page(f"connections/{template}.html", status=400 if wrong else 200, once=once, **parts, **values)


def _keeps(visit: Visit, owner: str) -> bool:
    """Whether the visitor keeps the connections of an owner, and does not only see them."""
    return visit.rights.state(_KEEP) or (owner != _STATE and visit.rights.at(_KEEP, _parent(owner)))


def _kept(visit: Visit, owner: str) -> None:
    """Refuse a form to who may not send it."""
    if not _keeps(visit, owner):
        raise HTTPException(403, "You may not do this. Ask who keeps these connections.")


def _load(visit: Visit, owner: str, connection_id: uuid.UUID) -> pb.Connection:
    return visit.clients.connections.GetConnection(pb.GetConnectionRequest(name=_name(owner, connection_id)))


def _parent(owner: str) -> str:
    if "/" in owner or not owner:
        raise HTTPException(404)
    return _STATE if owner == _STATE else f"agencies/{owner}"


def _name(owner: str, connection_id: uuid.UUID) -> str:
    return f"{_parent(owner)}/connections/{connection_id}"


def _path(owner: str, connection_id: uuid.UUID, call_id: str = "") -> str:
    path = f"/connections/{owner}/{connection_id}"
    return f"{path}/{call_id}" if call_id else path
