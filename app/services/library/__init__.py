"""Models on this disk: names, files, integrity, moving, trash.

Downloads belong in `hub`.
"""
