"""Memory across chats, where chats are written: what a model proposes, and what a chat was given."""
