"""What the pages of all areas use: the visit, forms, the calls of services, and what holds for every request."""
