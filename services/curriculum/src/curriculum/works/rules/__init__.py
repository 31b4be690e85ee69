"""What holds of works, without a clock and without rows."""
