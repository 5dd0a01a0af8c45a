"""Undo: what is kept before and after calls change files, and putting it back."""
