"""The demonstration: synthetic staff, the story of one letter, its content."""
