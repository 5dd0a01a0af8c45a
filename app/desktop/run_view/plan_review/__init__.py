"""The plan of a run, for a person who changes and approves it."""
