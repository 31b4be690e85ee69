"""Measures mail: of an urgent letter to everybody, from the first that a server on this machine takes to the last."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.parser import HeaderParser
from pathlib import Path
from typing import cast

from aiosmtpd.smtp import SMTP, Envelope, Session

from cadre.notification.v1 import message_service_pb2 as message_pb
from cadre.notification.v1 import notice_service_pb2 as notice_pb
from cadre_cli.access import request_id
from cadre_tools.bench.figures import Mails
from cadre_tools.bench.stage import Stage, WrongResultError, open_stage, told, wait_until

_LOOK_SECONDS = 0.2
_ASKED, _TO_STAFF = "letter.asked", "New on your list"
# More than any machine hands over: here the product is measured, and not how much a server allows.
_A_MINUTE = 1_000_000


class Sink:
    """Takes every mail, and knows when what is for staff came, and by which ids."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.ids: set[str] = set()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - the library's
        """Take it."""
        content = cast("bytes", envelope.original_content).decode("ascii", "replace")
        # Agencies are told before; on a slow machine, who is asked by both gets one mail that opens with the agency's.
        if _TO_STAFF in content:
            self.times.append(time.perf_counter())
            self.ids.add(HeaderParser().parsestr(content, headersonly=True)["Message-ID"])
        return "250 taken"


def measure(folder: Path, people: int, *, fsync: bool = True) -> Mails:
    """Issue an urgent letter to this many people in *folder*, with a mail server on this machine.

    Raises:
        WrongResultError: mail was lost, or went twice.
    """
    with open_sink() as (sink, port), told(**_to(port)), open_stage(people, folder, fsync=fsync) as stage:
        _issue(stage)
        sent = wait_until(lambda: _sent(stage), "mail waits", _LOOK_SECONDS)
        mails = len(sink.times)
        if not mails == len(sink.ids) == sent:
            raise WrongResultError(f"{mails} mails came, {len(sink.ids)} of them differ, and {sent} were sent")
        stage.require_clean_books()
        return Mails.of(mails, max(sink.times) - min(sink.times))


def _issue(stage: Stage) -> None:
    draft = stage.draft_letter(1, stage.course, urgent_reason="It is measured how fast mail goes.")
    publish = notice_pb.PublishNoticeRequest(
        name=draft.name,
        audience_revision=stage.audience.revision,
        etag=draft.etag,
        request_id=request_id("bench", "mail", "publish"),
    )
    stage.access.ask(stage.access.notices.PublishNotice, publish, person=stage.approver)


def _sent(stage: Stage) -> int:
    """Return to how many staff mail went, once none of it waits."""
    answer = stage.access.ask(stage.access.messages.ListMessageRules, message_pb.ListMessageRulesRequest())
    (asked,) = (rule for rule in answer.rules if rule.kind == _ASKED)
    return asked.sent if not any(rule.waiting for rule in answer.rules) else 0


@contextmanager
def open_sink() -> Iterator[tuple[Sink, int]]:
    """Take mail on a port of this machine, and return what takes it with that port."""
    loop, sink = asyncio.new_event_loop(), Sink()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    listen = loop.create_server(lambda: SMTP(sink, loop=loop), "127.0.0.1", 0)
    listening = asyncio.run_coroutine_threadsafe(listen, loop).result()
    try:
        yield sink, listening.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(listening.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _to(port: int) -> dict[str, str]:
    """Return the settings by which mail is handed to a *port* of this machine."""
    return {
        "CADRE_MAIL_HOST": "127.0.0.1",
        "CADRE_MAIL_PORT": str(port),
        "CADRE_MAIL_SECURITY": "none",
        "CADRE_MAILS_A_MINUTE": str(_A_MINUTE),
    }
