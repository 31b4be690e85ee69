"""Rounds of review: a body reads one digest of a thing, passage by passage, and each comment is answered."""
