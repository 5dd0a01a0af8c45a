"""Everything that is kept: conversations, messages, drafts; SQLite through SQLAlchemy, only here."""
