"""Closing the window: what is asked, and going on without it."""
