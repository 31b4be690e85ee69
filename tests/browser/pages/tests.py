"""Pages of tests."""

from .common import MANAGER

ROWS = [
    ("/tests", MANAGER, "/tests"),
    ("/tests", MANAGER, "/tests?query=nothing-is-called-so"),
    ("/tests/new", MANAGER, "/tests/new"),
    ("/tests/{test_id}/edit", MANAGER, "/tests/{test}/edit"),
    ("/tests/{test_id}/edit", MANAGER, "/tests/{begun}/edit"),
    ("/tests/{test_id}/questions/{number}", MANAGER, "/tests/{test}/questions/2"),
    ("/tests/{test_id}/questions/{number}", MANAGER, "/tests/{begun}/questions/1"),
    ("/tests/{test_id}/try", MANAGER, "/tests/{test}/try"),
    ("/tests/{test_id}/try", MANAGER, "/tests/{begun}/try"),
    ("/tests/{test_id}/issue", MANAGER, "/tests/{test}/issue"),
    ("/tests/{test_id}/issue", MANAGER, "/tests/{begun}/issue"),
    ("/tests/{test_id}/versions/{number}", MANAGER, "/tests/{test}/versions/1"),
]
