"""How many will be ready when a letter takes effect, if it goes on like this."""
