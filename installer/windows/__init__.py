"""Coterie for Windows, made and tried on Linux: the engine cross-compiled, a private CPython, and an installer."""
