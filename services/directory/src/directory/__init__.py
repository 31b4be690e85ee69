"""Directory: agencies, people and their jobs, roles, sign-in tokens, roster files and audiences."""
