"""Where weights live: what a file holds, what a machine has, and how the two are brought together."""
