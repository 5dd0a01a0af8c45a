"""`coterie collections`: folders and files that are searched."""
