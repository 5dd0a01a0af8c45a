"""The tools of a chat: the button, and the sheet they are chosen in."""
