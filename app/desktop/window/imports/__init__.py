"""The import of chats out of files: what is in them, which of it is taken in, how far it is."""
