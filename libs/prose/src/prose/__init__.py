"""Prose: texts as people revise them. Blocks that stay the same ones, anchors to them, what changed by words."""

from prose.anchors import Anchor, NotOnePlaceError, Place, State, anchor, follow
from prose.blocks import SIGNS, Block, Form, begins_item, cut
from prose.comparing import Kind, Piece, compare
from prose.following import blocks, identified

__all__ = [
    "SIGNS",
    "Anchor",
    "Block",
    "Form",
    "Kind",
    "NotOnePlaceError",
    "Piece",
    "Place",
    "State",
    "anchor",
    "begins_item",
    "blocks",
    "compare",
    "cut",
    "follow",
    "identified",
]
