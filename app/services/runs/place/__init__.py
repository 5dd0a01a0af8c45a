"""Where a run works: its folder, what it may read."""
