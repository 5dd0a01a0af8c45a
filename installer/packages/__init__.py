"""Makes packages for people's machines: one tree with a Python of its own, and what wraps it."""
