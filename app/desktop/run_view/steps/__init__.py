"""The lines of a run: what its journal says line by line, the rows that show them, and what a row opens to.

For chats and runs alike.
"""
