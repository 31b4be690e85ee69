"""What the curriculum service decides: no clock, no I/O."""
