"""What a letter is: its row, its text and its states. All other areas stand on it."""
