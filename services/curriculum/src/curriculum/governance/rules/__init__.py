"""How bodies decide: pure, without clock and database."""
