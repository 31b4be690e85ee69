"""How events travel: from the outbox to the stream, from the stream to who handles them once."""
