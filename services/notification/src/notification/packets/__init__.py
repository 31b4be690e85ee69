"""Packets of letters: named sets of letters that are read and confirmed one after the other."""
