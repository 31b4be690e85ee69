"""Citations: what laws, rules and letters a text names.

A rule is a *key*, the same whatever way it was written: `45 C.F.R. § 303.11 (b)(5)` is `us/cfr/45/303/11/b/5`. Nothing
here looks anything up: a key says what somebody means, not that there is such a rule.
"""

from citations.keys import Key, Relation, related
from citations.printing import printed
from citations.reading import Citation, find, read

__all__ = ["Citation", "Key", "Relation", "find", "printed", "read", "related"]
