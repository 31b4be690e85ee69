"""All services and the pages in this process, by a clock that whoever starts them puts forward.

`faketime` will not do for that: by it a wait with a limit, of which the product has many, never ends.
"""

import contextlib
import socket
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace

import uvicorn
from prometheus_client import CollectorRegistry

from cadre_cli import loading, reference
from cadre_cli.access import Access
from cadre_cli.processes import DEMO_PRINCIPALS, PRINCIPALS
from cadre_cli.roots import app_of
from cadre_demo import content, course, roster, story, synthetic
from gateway.app import MIGRATIONS, create_app
from gateway.identity.tables import metadata
from gateway.web.every_page import Everything
from servicekit.app import ServiceApp
from servicekit.calendar import pacific_date
from servicekit.clock import utc
from servicekit.rpc import keys
from servicekit.settings import Settings
from servicekit.tree import back_ends


@dataclass
class Days:
    """A clock that begins at a moment, goes as clocks go, and is put forward."""

    ahead: timedelta

    def __call__(self) -> datetime:
        return utc() + self.ahead

    @property
    def today(self):
        return pacific_date(self())

    def to(self, day):
        """Put it forward to the same time of another day."""
        self.ahead += timedelta(days=(day - self.today).days)


@contextlib.contextmanager
def product(launch, new_database, folder, begins, staff):
    """All services and the pages, with so many synthetic staff, reference data and the demonstration's course.

    Their clock, `days`, begins at a moment; `services` are as they run, by name. `access` signs people in for five
    minutes of it: who puts it forward asks for a new one by `reach()`.
    """
    days = Days(begins - utc())
    keys.ensure_keys(folder, "directory", {**PRINCIPALS, **DEMO_PRINCIPALS})
    peers, services = {}, {}
    for name in back_ends():
        # Who writes to people asks the directory, which stands before it.
        running = launch(
            app_of(name),
            role="all",
            clock=days,
            demo=True,
            keys_dir=folder,
            peers=dict(peers),
            webhooks_to_this_machine=True,
        )
        peers[name], services[name] = f"127.0.0.1:{running.port}", running
    settings = Settings(
        service="gateway",
        database_url=new_database(ServiceApp("gateway", metadata, MIGRATIONS, lambda *_: [])),
        keys_dir=folder,
        peers=peers,
        threads=4,
        demo=True,
    )
    with contextlib.ExitStack() as stack:

        def reach():
            return stack.enter_context(contextlib.closing(Access(peers, folder, "demo", days)))

        access, known = reach(), reference.load()
        loading.load_reference(access, known)
        loading.load_roster(access, roster.text_of(synthetic.generate(people=staff, reference=known)).encode())
        course_version = course.load(access, content.load())
        url = stack.enter_context(_pages(settings, days))
        cast = story.find_cast(access)
        yield SimpleNamespace(
            days=days, access=access, reach=reach, cast=cast, course_version=course_version, url=url, services=services
        )


@contextlib.contextmanager
def _pages(settings, days):
    everything = Everything(create_app(settings, days), registry=CollectorRegistry())
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(everything, log_config=None, access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield "http://{}:{}".format(*listener.getsockname())
        finally:
            server.should_exit = True
            thread.join()
