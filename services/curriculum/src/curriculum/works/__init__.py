"""Courses under way: from a need through five gates, with the trace of what they are to teach."""
