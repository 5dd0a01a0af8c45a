"""Selecting across the messages of a chat."""
