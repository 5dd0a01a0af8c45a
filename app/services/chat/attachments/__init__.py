"""Documents and texts that belong to a message: read, counted, weighed and kept."""
