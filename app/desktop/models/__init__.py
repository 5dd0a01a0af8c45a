"""The Models page: what the hub has, what is on its way, and what is on disk."""
