"""The state's table of agencies: A to Z until somebody sorts it, narrowed by what is asked."""

from google.protobuf.timestamp_pb2 import Timestamp

from cadre.directory.v1 import agency_service_pb2 as agency_pb
from cadre.notification.v1 import readiness_service_pb2 as pb
from gateway.letters import readiness

PAGE = "/letters/1"


def agencies():
    return {
        f"agencies/{slug}": agency_pb.Agency(
            name=f"agencies/{slug}", title=f"{slug.title()} County", short_title=slug.title(), region=region
        )
        for slug, region in (("alpine", "Northern"), ("butte", "Northern"), ("kern", "Southern"))
    }


def figures(slug, ready, of, **fields):
    return pb.AgencyReadiness(
        agency=f"agencies/{slug}",
        counts=pb.Counts(of=of, at_work=of, ready=ready),
        deliver_time=Timestamp(seconds=1),
        **fields,
    )


READINESS = pb.Readiness(
    agencies=[
        figures("kern", 1, 10, problem="No room"),
        figures("alpine", 9, 10, confirm_time=Timestamp(seconds=20)),
        figures("butte", 0, 0, confirm_time=Timestamp(seconds=10)),
    ]
)


def shown(**params):
    asked = readiness.asked_of(params, PAGE, PAGE, agencies())
    rows, part = readiness.shown(asked, READINESS, agencies())
    assert part.total == len(rows)
    return [row.agency.short_title for row in rows]


def test_agencies_stand_a_to_z_until_somebody_sorts_them():
    assert shown() == ["Alpine", "Butte", "Kern"]
    assert shown(sort="ready") == ["Butte", "Kern", "Alpine"]
    assert shown(sort="confirmed") == ["Butte", "Alpine", "Kern"], "who has not confirmed stands last"
    assert shown(sort="-problem") == ["Kern", "Alpine", "Butte"]


def test_agencies_are_found_by_a_part_of_their_name_and_narrowed():
    assert shown(query="ALP") == ["Alpine"]
    assert shown(region="Northern") == ["Alpine", "Butte"]
    assert shown(only="unconfirmed") == shown(only="problem") == ["Kern"]
    assert shown(only="affected", region="Northern") == ["Alpine"]
    assert shown(only="overdue") == []


def test_the_links_of_the_table_lead_to_it():
    asked = readiness.asked_of({"region": "Northern"}, PAGE, PAGE, agencies())

    assert asked.link(sort="-staff") == "/letters/1?region=Northern&sort=-staff#all-agencies"
    assert asked.as_file == "/letters/1/agencies.csv?region=Northern"
