"""The stages in which a letter is approved: who stands for each, by when, and who did."""
