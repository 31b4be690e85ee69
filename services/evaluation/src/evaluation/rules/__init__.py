"""What the evaluation service decides: no clock, no I/O."""
