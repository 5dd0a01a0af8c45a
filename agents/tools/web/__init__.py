"""Web pages, fetched so that nothing inside this network can be reached."""
