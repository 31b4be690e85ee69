"""Letters at agencies: delivered, confirmed, released to staff; who sees a letter follows from it."""
