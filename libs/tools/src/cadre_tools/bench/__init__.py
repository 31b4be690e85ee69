"""``cadre bench``: the product's budgets, measured on real servers with full durability, beside the raw limit."""
