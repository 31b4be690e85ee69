"""How events travel: from the outbox to the stream, from the stream to whoever handles them, once."""
