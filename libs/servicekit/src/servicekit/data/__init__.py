"""What one write is: transactions, their audit rows, events and answers; tables, migrations."""
