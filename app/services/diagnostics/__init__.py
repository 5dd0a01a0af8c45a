"""Diagnostics of this installation and machine, and the contents of a bug report.

Collecting and wording belong here; printing belongs to `app.cli`, showing to `app.desktop`.
"""
