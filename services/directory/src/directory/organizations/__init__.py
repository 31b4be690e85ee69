"""Organizations outside the program, and who speaks for them.

They have affiliations, not jobs: so nothing that reads jobs, which is every list, count and audience of our staff, can
hold them (ADR 0070).
"""
