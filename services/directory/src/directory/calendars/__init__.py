"""The state's calendar of holidays, and where agencies differ from it."""
