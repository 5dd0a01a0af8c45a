"""`coterie schedules`."""
