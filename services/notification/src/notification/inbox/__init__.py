"""People under letters, how they stand and are counted, and what they do: `InboxService`."""
