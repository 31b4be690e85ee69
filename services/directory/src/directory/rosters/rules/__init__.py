"""What a roster file says: letters, columns, days, and the parts that it is applied in."""
