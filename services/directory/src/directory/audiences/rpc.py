"""Audiences."""

from cadre.directory.v1 import audience_service_pb2 as pb
from directory.agencies import wire as agencies
from directory.audiences import additions, audiences, queries, rules, wire
from directory.audiences.tables import AudienceRow
from directory.people import visible
from directory.people import wire as people_wire
from servicekit.data.db import Db
from servicekit.rpc.calls import Call, Servicer


class AudienceServicer(Servicer):
    """Answers `cadre.directory.v1.AudienceService`."""

    service = pb.DESCRIPTOR.services_by_name["AudienceService"]

    def CreateAudience(self, request: pb.CreateAudienceRequest, call: Call) -> pb.Audience:
        expression = wire.expression(request.audience.expression)
        with self.write(call, request) as db:
            row = audiences.create(db, title=request.audience.title, expression=expression, at=call.now)
            return db.answer(_audience(db, row))

    def UpdateAudience(self, request: pb.UpdateAudienceRequest, call: Call) -> pb.Audience:
        audience_id = wire.audience_id(request.audience.name, "audience.name")
        expression = wire.expression(request.audience.expression)
        with self.write(call, request) as db:
            row = audiences.rename(
                db,
                audience_id=audience_id,
                title=request.audience.title,
                expression=expression,
                etag=request.audience.etag,
            )
            return db.answer(_audience(db, row))

    def GetAudience(self, request: pb.GetAudienceRequest, call: Call) -> pb.Audience:  # noqa: ARG002
        audience_id = wire.audience_id(request.name)
        with self.read() as db:
            return _audience(db, audiences.get(db, audience_id))

    def PreviewAudience(self, request: pb.PreviewAudienceRequest, call: Call) -> pb.PreviewAudienceResponse:
        expression = wire.expression(request.expression)
        with self.read() as db:
            rows, sound = audiences.preview(db, expression, at=call.now)
            values = audiences.by_value(db, sound, at=call.now) if request.by_value else ()
            sentence = rules.sentence(sound, queries.vocabulary(db))
        return wire.preview(rows, rows[0].people if rows else 0, sentence, values)

    def PreviewAddition(self, request: pb.PreviewAdditionRequest, call: Call) -> pb.PreviewAdditionResponse:  # noqa: ARG002
        agency_id, audience_id = agencies.agency_id(request.parent), wire.audience_id(request.audience, "audience")
        units = wire.units(request)
        with self.read() as db:
            return wire.addition(*additions.preview(db, audience_id, agency_id, units))

    def CompareAudience(self, request: pb.CompareAudienceRequest, call: Call) -> pb.CompareAudienceResponse:
        audience_id, expression = wire.audience_id(request.name), wire.expression(request.expression)
        reach = visible.reach(call, "people.read")
        with self.read() as db:
            found, before, after = audiences.compare(
                db,
                audience_id=audience_id,
                expression=expression,
                examples=request.examples,
                readable=reach.ids("agencies"),
                whole=reach.whole,
                at=call.now,
            )
            known = queries.vocabulary(db)
        return wire.comparison(found, rules.sentence(before, known), rules.sentence(after, known))

    def ExplainMembership(self, request: pb.ExplainMembershipRequest, call: Call) -> pb.ExplainMembershipResponse:
        audience_id, person_id = wire.audience_id(request.audience, "audience"), people_wire.person_id(request.person)
        with self.read() as db:
            member, reasons, since = audiences.explain(
                db,
                audience_id=audience_id,
                person_id=person_id,
                caller=call.principal.name,
                scope=call.scope,
                at=call.now,
            )
        return pb.ExplainMembershipResponse(member=member, reasons=reasons, since_revision=since)


def _audience(db: Db, row: AudienceRow) -> pb.Audience:
    return wire.audience(row, audiences.from_stored(row.expression), queries.vocabulary(db))
