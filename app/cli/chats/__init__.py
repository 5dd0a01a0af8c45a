"""`coterie chats`: listing, showing, searching, exporting, deleting and restoring chats."""
