"""Between the contract and the terms of tests. What a learner sees of a version is made here, and holds no key."""

from collections.abc import Iterable

from cadre.evaluation.v1 import sitting_service_pb2 as sitting_pb
from cadre.evaluation.v1 import test_service_pb2 as pb
from evaluation.tests.records import TestEntry, TestVersion, VersionEntry, test_of
from evaluation.tests.rules.content import Item, Kind, Option, Test, remarks
from evaluation.tests.rules.scoring import Answers, Score
from evaluation.tests.tables import TestRow
from servicekit import names, text
from servicekit.rpc.wire import timestamp


def test_id(name: str, *, field: str) -> str:
    """Return the id in `tests/{test}`."""
    return names.slug_in("tests/{test}", name, field=field)


def version_id(name: str, *, field: str = "name") -> tuple[str, int]:
    """Return test id and number in `tests/{test}/versions/{version}`."""
    return names.version_in("tests/{test}/versions/{version}", name, field=field)


def written(message: pb.Test) -> Test:
    """Return what people write of a test, cleaned: all of *message* but name, newest version and etag."""
    return Test(text.line(message.title), tuple(map(_item, message.items)), message.pass_mark)


def answers(messages: Iterable[sitting_pb.Answer]) -> list[list[int]]:
    """Return the chosen options of each item, in order."""
    return [sorted(message.options) for message in messages]


def test(row: TestRow) -> pb.Test:
    """Return the test with its draft and key, for those who write it."""
    return pb.Test(
        name=f"tests/{row.id}",
        title=row.title,
        items=[_with_key(item) for item in test_of(row).items],
        pass_mark=row.pass_mark,
        latest_version=row.latest_version,
        etag=str(row.revision),
        item_count=len(row.items),
        faults=[pb.Fault(item=fault.item, rule=fault.rule, blocking=fault.blocking) for fault in remarks(test_of(row))],
    )


def test_entry(entry: TestEntry) -> pb.Test:
    """Return the test as lists show it."""
    return pb.Test(
        name=f"tests/{entry.id}",
        title=entry.title,
        pass_mark=entry.pass_mark,
        latest_version=entry.latest_version,
        etag=str(entry.revision),
        item_count=entry.item_count,
    )


def version_entry(entry: VersionEntry) -> pb.TestVersion:
    """Return the version as lists show it."""
    return pb.TestVersion(
        name=f"tests/{entry.test_id}/versions/{entry.version}",
        title=entry.title,
        pass_mark=entry.pass_mark,
        publish_time=timestamp(entry.published_at),
        item_count=entry.item_count,
    )


def answer_key(version: TestVersion) -> pb.TestVersion:
    """Return the version with its key, for those who write tests."""
    message = test_version(version)
    del message.items[:]
    message.items.extend(_with_key(item) for item in version.test.items)
    return message


def tried(test: Test, answers: Answers, scored: Score) -> sitting_pb.Sitting:
    """Return what a sitting of the draft would say, with every key: it is shown to those who write tests."""
    message = sitting_pb.Sitting(
        state=sitting_pb.Sitting.State.Value(scored.state),
        right=sum(scored.right_items),
        items=len(test.items),
        pass_mark=test.pass_mark,
    )
    for item, chosen, right in zip(test.items, answers, scored.right_items, strict=True):
        message.results.add(
            right=right, chosen=chosen, correct=sorted(item.key), explanation=item.explanation, section=item.section
        )
    return message


def test_version(version: TestVersion) -> pb.TestVersion:
    """Return the version as learners see it: neither key nor explanations."""
    return pb.TestVersion(
        name=version.name,
        title=version.test.title,
        items=[_without_key(item) for item in version.test.items],
        pass_mark=version.test.pass_mark,
        publish_time=timestamp(version.published_at),
        item_count=len(version.test.items),
    )


def _item(message: pb.Item) -> Item:
    return Item(
        text=text.block(message.text),
        kind=Kind(pb.Item.Kind.Name(message.kind).removeprefix("KIND_")),
        options=tuple(Option(text.line(option.text), option.correct) for option in message.options),
        explanation=text.block(message.explanation),
        section=message.section,
        id=message.id,
    )


def _with_key(item: Item) -> pb.Item:
    message = _without_key(item)
    message.explanation = item.explanation
    for option, shown in zip(item.options, message.options, strict=True):
        shown.correct = option.correct
    return message


def _without_key(item: Item) -> pb.Item:
    name = "KIND_UNSPECIFIED" if item.kind is Kind.UNSPECIFIED else item.kind.value
    return pb.Item(
        text=item.text,
        kind=pb.Item.Kind.Value(name),
        options=[pb.Option(text=option.text) for option in item.options],
        section=item.section,
        id=item.id,
    )
