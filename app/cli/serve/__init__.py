"""`coterie serve`: the local server without a window."""
