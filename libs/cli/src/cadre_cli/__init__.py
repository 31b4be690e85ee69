"""The `cadre` command: starts the services, imports data, walks the demonstration, measures."""
