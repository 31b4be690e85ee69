"""Prose: texts as people revise them. Blocks that stay the same ones, anchors to them, what changed by words."""

from prose.anchors import Anchor, NotOnePlaceError, Place, State, anchor, follow
from prose.blocks import SIGNS, Block, Form, begins_item
from prose.comparing import Kind, Piece, compare
from prose.following import blocks

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
    "follow",
]
