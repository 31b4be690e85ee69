"""What agencies add to letters for their own staff: `SupplementService`."""
