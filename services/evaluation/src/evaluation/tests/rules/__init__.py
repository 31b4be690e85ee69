"""What a test may hold, and how answers to it are scored: no clock, no I/O."""
