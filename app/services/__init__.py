"""What the command line and the desktop both do: conversations, models, settings. No Qt."""
