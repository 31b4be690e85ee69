"""What several areas decide by: names, roles, days, and the columns of roster files."""
