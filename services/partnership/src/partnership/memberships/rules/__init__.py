"""Which parts there are, who may give one, and which cannot be held at the same time."""
