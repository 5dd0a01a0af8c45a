"""Hub search, model fit and downloads.

What happens to a complete file belongs in `library`.
"""
