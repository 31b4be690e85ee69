"""What is done for tests on a timer."""

from datetime import timedelta

from evaluation.tests.telling import tell_versions
from servicekit.background.jobs import Job

# A process of the release before may publish as long as it goes on.
JOBS = [Job("tell_versions", timedelta(minutes=10), tell_versions)]
