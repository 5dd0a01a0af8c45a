"""Findings about this installation and machine, and what a bug report takes of them.

Collecting and wording belong here; printing belongs to `app.cli`, showing to `app.desktop`.
"""
