"""Settings of tool servers."""
