"""Beside the chat: the pages that an answer cites, with the quoted words marked."""
