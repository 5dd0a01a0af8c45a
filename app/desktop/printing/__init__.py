"""Chats as PDF: a process of its own, `python -m app.desktop.printing`, for the window and the command line."""
