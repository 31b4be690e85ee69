"""What is done for quality on a timer."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from evaluation.quality.box import box_of
from evaluation.quality.releases import release
from evaluation.quality.results import count_results
from servicekit.background.jobs import Job
from servicekit.data.db import Database


def jobs(keys_dir: Path) -> Sequence[Job]:
    """Return the jobs; the one that tells reactions needs the key that they are sealed with, or nothing starts."""
    box = box_of(keys_dir)

    def release_reactions(database: Database, now: datetime) -> None:
        """Tell the reactions of the days before today, as far as five and more can be told together."""
        release(database, now, box)

    # Hourly, though a day is told once: so it is told soon after midnight, also by a process that was down then.
    return [
        Job("release_reactions", timedelta(hours=1), release_reactions),
        Job("count_results", timedelta(minutes=1), count_results),
    ]
