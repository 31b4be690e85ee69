"""People: who they are, where they work, when they are away, which roles they hold, and who keeps them."""
