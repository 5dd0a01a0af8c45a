"""Conversations: of ours, of other apps, to look at."""
