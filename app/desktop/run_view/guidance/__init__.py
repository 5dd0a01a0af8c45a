"""Project instructions where a folder is chosen: which of them count, and what they say."""
