"""What Cadre says to people: on their page and by mail, when, how often, and what became of each message."""
