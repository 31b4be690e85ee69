"""Connections: programs of agencies and of the state that are told by a call what happened: `ConnectionService`."""
