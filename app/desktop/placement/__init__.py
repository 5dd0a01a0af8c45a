"""The Placement page: where a model lies, how fast it is, and what is wished of it."""
