"""Questions that wait until the answer has ended."""
