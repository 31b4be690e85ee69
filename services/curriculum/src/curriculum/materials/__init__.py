"""What courses are given with: materials, who may train with them, and the trainer package of a version."""
