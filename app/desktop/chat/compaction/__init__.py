"""The cards and markers of compaction: what to do when a conversation fills the context."""
