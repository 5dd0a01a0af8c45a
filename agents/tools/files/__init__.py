"""File tools of a workspace, one module each, and what they share."""
