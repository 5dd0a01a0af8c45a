"""`coterie predict`."""
