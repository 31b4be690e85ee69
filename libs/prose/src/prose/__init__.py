"""Prose: texts as people revise them. What changed, word by word."""

from prose.comparing import Kind, Piece, compare

__all__ = ["Kind", "Piece", "compare"]
