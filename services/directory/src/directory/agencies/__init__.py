"""Agencies with their counties, work units and job classes: the reference data, and the words that forms offer."""
