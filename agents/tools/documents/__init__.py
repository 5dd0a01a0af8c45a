"""The text of documents; what reads them runs in a child process (agents/tools/child.py)."""
