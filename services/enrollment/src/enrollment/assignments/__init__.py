"""Who has what on their list, and how far they are with it: until it is completed, waived or withdrawn."""
