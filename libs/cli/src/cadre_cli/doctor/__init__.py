"""``cadre doctor``: what keeps Cadre from running well, each fault with its mend."""
