"""What runs in the background: jobs on a timer, audits, and figures that are counted now and then."""
