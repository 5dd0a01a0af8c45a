"""Models with experts over a cache of single experts, and who keeps a slot."""
