"""Files that are given to the composer."""
