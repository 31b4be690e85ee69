"""What was completed: training recorded for many, transcripts, rates."""
