"""The collection of a chat: who searches it, and the tool that does."""
