"""Pages that are made from the code: events and metrics."""
