"""Work units of agencies: who leads them, from when to when.

An area above people and their jobs, which know nothing of it: that a lead ended with a job is found here.
"""
