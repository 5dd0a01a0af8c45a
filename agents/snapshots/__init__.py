"""Snapshots and undo: what is kept before and after calls change files, and restoring it."""
