"""All that a run changed, to be looked through: kept, dropped, committed."""
