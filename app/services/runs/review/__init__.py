"""Changes of a run looked through: kept, dropped, committed."""
