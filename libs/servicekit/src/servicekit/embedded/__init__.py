"""Real servers without Docker, packages or root: the embedded PostgreSQL and NATS, as children of this process."""
