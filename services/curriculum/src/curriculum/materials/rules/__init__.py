"""What holds of materials, without a clock and without rows."""
