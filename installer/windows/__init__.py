"""Coterie for Windows, made and tried on Linux: the engine cross-compiled, a private CPython, an installer per user."""
