"""Text extraction from documents, in a child process (agents/tools/child.py)."""
