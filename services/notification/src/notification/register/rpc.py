"""The register: unpack, call, pack."""

from cadre.notification.v1 import register_service_pb2 as pb
from notification.letters import wire as letters
from notification.register import chain, queries, wire
from notification.register.queries import Asked
from notification.register.rules import asked
from notification.register.rules.asked import Days
from servicekit.calendar import pacific_date
from servicekit.data.db import Db
from servicekit.rpc.calls import Call, Servicer


class RegisterServicer(Servicer):
    """Answers `cadre.notification.v1.RegisterService`."""

    service = pb.DESCRIPTOR.services_by_name["RegisterService"]

    def ListInForce(self, request: pb.ListInForceRequest, call: Call) -> pb.ListInForceResponse:
        page, reader = self.page_of(request), letters.reader(call.principal, pacific_date(call.now))
        rule = asked.rule(request.rule)
        with self.read() as db:
            days = _days(db, request.on, request.known_on, call)
            wanted = queries.narrowed(db, Asked(days, asked.topic(request.topic), request.series, rule))
            rows = queries.in_force(db, reader, wanted, page)
            shown, token = page.cut(rows, lambda row: [row.effective, row.series, row.number])
            enders, named = queries.enders(db, reader, days, shown), queries.rules(db, shown, rule)
            total = queries.count(db, reader, wanted)
        return pb.ListInForceResponse(
            letters=[wire.ruling(row, enders, named, rule) for row in shown],
            next_page_token=token,
            total_size=total,
            on=str(days.on),
            known_on=str(days.known),
            rule=str(rule.key) if rule else "",
        )

    def ListTopics(self, request: pb.ListTopicsRequest, call: Call) -> pb.ListTopicsResponse:
        reader = letters.reader(call.principal, pacific_date(call.now))
        with self.read() as db:
            found = queries.topics(db, reader, _days(db, request.on, request.known_on, call))
        return pb.ListTopicsResponse(topics=[pb.Topic(topic=one.topic, letters=one.letters) for one in found])

    def GetTimeline(self, request: pb.GetTimelineRequest, call: Call) -> pb.Timeline:
        reader, topic = letters.reader(call.principal, pacific_date(call.now)), asked.one_topic(request.topic)
        with self.read() as db:
            days = _days(db, "", request.known_on, call)
            rows = queries.timeline(db, reader, days, topic)
            shown = rows[: queries.MOST_OF_TIMELINE]
            enders, named = queries.enders(db, reader, days, shown), queries.rules(db, shown, None)
        found = [wire.lived(row, enders, named) for row in shown]
        return pb.Timeline(topic=topic, letters=found, more=len(rows) > len(shown))

    def GetChain(self, request: pb.GetChainRequest, call: Call) -> pb.Chain:
        reader = letters.reader(call.principal, pacific_date(call.now))
        with self.read() as db:
            return wire.chain(chain.chain(db, reader, letters.notice_id(request.notice, "notice")))


def _days(db: Db, on: str, known_on: str, call: Call) -> Days:
    return asked.days(
        wire.day("on", on), wire.day("known_on", known_on), today=pacific_date(call.now), since=queries.since(db)
    )
