"""Roster files: sent in pieces, looked at as a whole, applied in parts."""
