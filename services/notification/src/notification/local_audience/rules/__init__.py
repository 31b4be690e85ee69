"""What is refused of an agency that asks more of its people."""
