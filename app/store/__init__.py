"""Persistent data: conversations, models, downloads, runs; SQLite through SQLAlchemy, only here."""
