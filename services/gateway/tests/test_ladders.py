"""The steps by which people are reminded: as they are typed, read and said."""

from cadre.notification.v1 import ladder_service_pb2 as pb
from gateway.letters import letters
from gateway.messages import steps
from gateway.web.forms import Form

RUNGS = [
    pb.Rung(of=pb.Rung.WORK, whom=pb.Rung.STAFF, business_days=-3, on=True),
    pb.Rung(of=pb.Rung.WORK, whom=pb.Rung.SUPERVISOR, business_days=2, on=False),
    pb.Rung(of=pb.Rung.CONFIRMATION, whom=pb.Rung.COORDINATOR, business_days=1, on=True),
]


def test_what_is_read_from_a_form_is_what_was_shown_in_it():
    places, rungs = steps.read(Form.of(steps.typed(RUNGS)))

    assert rungs == RUNGS
    assert places == ["work-0", "work-1", "confirm-0"]


def test_each_table_has_rows_for_new_steps_and_its_own_choices():
    work, confirm = steps.tables(Form.of(steps.typed(RUNGS)))

    assert (len(work.rows), len(confirm.rows)) == (4, 3)
    assert (len(work.whom), len(confirm.whom)) == (5, 3)


def test_a_number_that_is_none_is_said_at_its_row():
    form = Form.of(steps.typed(RUNGS) | {"work-1-days": "two"})
    steps.read(form)

    assert form.errors == {"work-1-days": "Give a whole number, such as 3."}
    assert steps.LABELS["work-1-days"] == "Until staff have done it, step 2, business days"


def test_every_step_that_there_can_be_is_said():
    said = {steps.hears(pb.Rung(of=of, whom=whom)) for of, whom in steps._HEARS}

    assert len(said) == len(steps._HEARS)


def test_whose_steps_they_are():
    assert letters.reminded_by(pb.Ladder(name="state/ladder")) == "the steps with which Cadre comes"
    for source, said in {
        "state/ladder": "the state's steps",
        "series/CSSP/ladder": "the steps of CSSP letters",
        "notices/x/ladder": "steps of its own",
    }.items():
        assert letters.reminded_by(pb.Ladder(source=source)) == said
