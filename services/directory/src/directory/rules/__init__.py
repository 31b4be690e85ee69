"""What the directory decides: plain functions without clock, database or network."""
