"""Chats as files: which format, where to, how far it is."""
