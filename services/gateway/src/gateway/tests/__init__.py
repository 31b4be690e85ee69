"""The writing of tests, and what their forms share with taking one."""

from gateway.tests import editor
from gateway.web.area import Area

_REASONS = {
    "TEST_UNSOUND": "The test cannot be given like this: question {item} {rule}.",
    "TEST_UNCHANGED": "The draft is what the newest version holds.",
}
_DONE = {
    "test-begun": "The test is begun. Add its questions, try it, then issue its first version.",
    "test-issued": "The new version is issued. Choose it in the draft of the course that it ends.",
    "question-removed": "The question is removed from the draft.",
}

AREA = Area(
    routers=(editor.router,),
    reasons=_REASONS,
    done=_DONE,
)
