"""What is on record of who read and confirmed letters, and to which words they agreed."""
