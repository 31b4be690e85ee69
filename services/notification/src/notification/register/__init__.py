"""Which letters rule, on any day and as it was known on any day: `RegisterService`. It writes nothing."""
