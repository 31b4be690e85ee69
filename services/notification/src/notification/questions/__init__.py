"""Questions about letters, what the state answers, and what it clarifies for everybody who sees the letter."""
