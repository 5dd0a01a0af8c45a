"""Documents and texts that belong to a message."""
