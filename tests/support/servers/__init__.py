"""Servers of others and clients of ours, on loopback."""
