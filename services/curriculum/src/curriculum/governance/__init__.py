"""Governance: who sits in a body on a day, ballots on a digest, and the decisions that follow from them."""
