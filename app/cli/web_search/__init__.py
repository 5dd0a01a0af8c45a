"""`coterie web-search`: the provider of web search, and its key."""
