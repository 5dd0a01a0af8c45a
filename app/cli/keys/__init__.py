"""`coterie keys`: who may use the local server."""
