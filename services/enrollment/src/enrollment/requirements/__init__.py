"""What is asked of whom until when: requirements of notices, and copies of what they stand on."""
