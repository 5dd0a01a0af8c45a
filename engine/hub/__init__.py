"""Models on the hub and on disk: search, verdicts, downloads, storage."""
