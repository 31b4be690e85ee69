"""What can be shown of a letter: who had confirmed which version by which day, whom it reached, and packets of it."""
