"""What may be done with a meeting and when, who was there, and whether they were enough."""
