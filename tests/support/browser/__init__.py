"""A real browser, and the pages it is shown."""
