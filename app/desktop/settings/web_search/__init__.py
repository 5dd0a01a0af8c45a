"""Web search: the provider, its address or key, and whether it works."""
