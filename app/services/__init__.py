"""Services behind the command line and the desktop: conversations, models, runs, settings. No Qt."""
