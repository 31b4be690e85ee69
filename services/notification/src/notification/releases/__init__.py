"""Releases of the case system: what changes in it and when, the letters about it, and whether the state goes."""
