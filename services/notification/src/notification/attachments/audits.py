"""What must be zero of files."""

from servicekit.background.audits import Audit
from servicekit.data.db import count

# A content without a letter should have gone with the last one; and none is shorter or longer than it was.
_UNUSED = """
SELECT count(*) FROM file AS f LEFT JOIN attachment AS a ON a.sha256 = f.sha256
WHERE a.id IS NULL OR a.size_bytes <> octet_length(f.content)
"""

AUDITS = (
    Audit(
        "files.unused",
        "Contents that no letter has, or of another size than the letter says",
        lambda db: count(db, _UNUSED),
    ),
)
