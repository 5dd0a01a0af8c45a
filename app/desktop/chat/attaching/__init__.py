"""What is attached to a message in the window: chips, reading off the GUI thread, what they cost and why not."""
