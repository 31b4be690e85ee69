"""Mail addresses of agencies that are no person's: shared mailboxes to which letters are mailed, too."""
