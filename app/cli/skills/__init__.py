"""`coterie skills`: the person's own skills."""
