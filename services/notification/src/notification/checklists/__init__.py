"""What an agency has to have done before a letter takes effect: `ChecklistService`."""
