"""What a body says, its seats, and how it decides."""
