"""A file that would stop the service is read in a process that is stopped instead; others are served meanwhile."""

import os
import resource
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache

import pikepdf
import psutil
import pytest

from cadre.notification.v1 import attachment_service_pb2 as attachment_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from notification.attachments.contents.bounded import examine
from notification.attachments.contents.bounds import BOUNDS
from notification.attachments.rules.files import FileDamaged, FileTooComplex
from servicekit.rpc.client import Refused
from servicekit.testing.waiting import wait_until

from .filemaking import docx, font, pdf, saved, shown, xlsx

MEGABYTE = 1024 * 1024


def pages_of_one_stream():
    """Two hundred pages that all draw the same four thousand lines of text."""
    document = pikepdf.new()
    stream = document.make_stream(shown("\n".join(["Nothing of anybody stands in this line."] * 4_000)))
    resources = document.make_indirect(pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font())))
    for _ in range(200):
        page = document.add_blank_page(page_size=(612, 792))
        page.obj.Resources, page.obj.Contents = resources, stream
    return saved(document, compress_streams=True)


def unpacked_stream(megabytes):
    """A note whose text is packed to a thousandth of its size."""
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(612, 792))
    text = document.make_stream(b" " * megabytes * MEGABYTE)
    page.obj.Annots = pikepdf.Array([pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, RC=text)])
    return saved(document, compress_streams=True)


def nested(depth):
    """A PDF of arrays in arrays."""
    return pdf("Text").replace(b"/Rotate 0", b"", 1).replace(b"%%EOF", b"") + (
        b"9 0 obj\n" + b"[" * depth + b"]" * depth + b"\nendobj\n%%EOF"
    )


# Made when they are asked for: some are a gigabyte while they are made, and tests are collected by every worker.
ATTACKS = {
    "signs that open an element": lambda: docx(["x"], **{"word/document.xml": "<" * 400_000}),
    "elements that never end": lambda: docx(["x"], **{"word/document.xml": "<a " * 400_000}),
    "ninety megabytes of digits": lambda: docx(["x"], **{"word/footer1.xml": f"<a>{'1234567890' * 9 * MEGABYTE}</a>"}),
    "an archive that unpacks too large": lambda: docx(["x"], **{"word/a.xml": f"<a>{' ' * 101 * MEGABYTE}</a>"}),
    "names that stand for names": lambda: docx(
        ["x"],
        **{
            "word/a.xml": "<!DOCTYPE a [<!ENTITY a 'aaaaaaaaaa'>"
            + "".join(f"<!ENTITY {new} '{f'&{old};' * 10}'>" for old, new in zip("abcdefgh", "bcdefghi", strict=True))
            + "]><a>&i;</a>"
        },
    ),
    "elements in elements": lambda: docx(["x"], **{"word/a.xml": "<a>" * 1_000_000}),
    "pages of one stream": pages_of_one_stream,
    "a stream that unpacks too large": lambda: unpacked_stream(900),
    "arrays in arrays": lambda: nested(200_000),
    "lines without anything": lambda: docx(["x"], **{"word/a.xml": f"<a>{'<p/>' * 400_000}</a>"}),
}


@cache
def content_of(attack):
    """Make the file of an attack, once."""
    return ATTACKS[attack]()


@contextmanager
def reading():
    """A process that waits for a file, as the service starts it."""
    command = [sys.executable, "-I", "-m", "notification.attachments.contents"]
    pipe, quiet = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, stdin=pipe, stdout=quiet, stderr=quiet, env={}) as process:
        yield process


def ended(content):
    """Read a file: how the process ended, and its seconds of the processor."""
    with reading() as process:
        with process.stdin as given:
            given.write(content)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, used.ru_utime + used.ru_stime


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_file_takes_more_than_its_seconds(attack):
    _, seconds = ended(content_of(attack))

    assert seconds <= BOUNDS.cpu_seconds + 1


def test_the_process_is_bound_before_it_has_the_file():
    with reading() as process:
        # The last of them.
        wait_until(lambda: resource.prlimit(process.pid, resource.RLIMIT_NOFILE)[1] == 32, "the bounds")
        most = {what: resource.prlimit(process.pid, what)[1] for what in (resource.RLIMIT_AS, resource.RLIMIT_CPU)}
        process.kill()

    assert most == {resource.RLIMIT_AS: BOUNDS.memory_bytes, resource.RLIMIT_CPU: BOUNDS.cpu_seconds}


@pytest.mark.parametrize(
    ("attack", "refused"),
    [
        ("signs that open an element", FileDamaged),
        ("an archive that unpacks too large", FileTooComplex),
        ("names that stand for names", FileDamaged),
        ("a stream that unpacks too large", FileDamaged),
    ],
)
def test_a_file_that_cannot_be_read_within_its_bounds_is_refused(attack, refused):
    with pytest.raises(refused):
        examine(content_of(attack))


def test_a_process_that_breaks_is_a_refusal_and_the_next_file_is_read():
    with pytest.raises(FileTooComplex):
        examine(content_of("ninety megabytes of digits"))

    assert examine(b"A sentence").media_type == "text/plain"


def test_the_process_has_not_the_environment_of_the_service(monkeypatch):
    monkeypatch.setenv("CADRE_DATABASE_URL", "postgresql://secret")
    environments = []
    with ThreadPoolExecutor() as pool:
        read = pool.submit(examine, pdf(*["A page of a letter."] * 100))
        while not environments and not read.done():
            for child in psutil.Process().children():
                with suppress(psutil.Error):
                    if "notification.attachments.contents" in child.cmdline():
                        environments.append(child.environ())

    assert (read.result().pages, environments) == (100, [{}])


def test_others_are_served_while_two_files_are_read_and_a_third_has_to_come_again(cadre):
    draft = cadre.draft(cadre.new_audience())

    def attach():
        cadre.analyst.AddAttachment(
            attachment_pb.AddAttachmentRequest(
                notice=draft.name,
                kind=notice_pb.Attachment.ATTACHMENT,
                filename="a.pdf",
                content=content_of("pages of one stream"),
                etag=draft.etag,
                request_id=cadre.new_id(),
            ),
            timeout=60,
        )

    with ThreadPoolExecutor() as pool:
        attacks = [pool.submit(attach) for _ in range(4)]
        served = 0
        while not all(attack.done() for attack in attacks):
            cadre.analyst.GetNotice(notice_pb.GetNoticeRequest(name=draft.name))
            served += 1

    reasons = [attack.exception().reason for attack in attacks if isinstance(attack.exception(), Refused)]
    assert sorted(reasons) == ["FILE_READERS_BUSY"] * 2 + ["FILE_TOO_COMPLEX"] * 2
    assert served > len(attacks)


def test_a_long_letter_and_a_large_table_are_read_within_the_bounds():
    letter = pdf(*["\n".join(["A line of the letter that says something of the rule."] * 45)] * 200)
    table = xlsx(["Agency", "Letters"], *(["Lake", n] for n in range(20_000)))

    assert [ended(content)[0] for content in (letter, table)] == [0, 0]
