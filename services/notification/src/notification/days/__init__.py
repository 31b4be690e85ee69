"""How ready people were under a letter as each day ended, kept from day to day."""
