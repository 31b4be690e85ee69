"""What a route of approval may be, and who may approve a stage."""
