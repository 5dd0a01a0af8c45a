"""The tools for files in a workspace, one module each, and what they share."""
