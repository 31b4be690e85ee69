"""What rounds of review are decided by: no clock, no database, no network."""
