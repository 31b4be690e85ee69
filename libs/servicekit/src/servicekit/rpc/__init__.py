"""What happens around a handler, and how another service is called."""
