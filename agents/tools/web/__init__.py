"""Pages of the web, fetched so that nothing inside this network can be reached."""
