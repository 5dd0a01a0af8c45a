"""The index of collections: which files belong to them, their passages, and the words in those.

A database of its own, `documents.db`: it is in no backup, since all of it can be read again.
"""
