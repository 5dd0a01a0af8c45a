"""Servers of tools, and what stands between them and the internet."""
