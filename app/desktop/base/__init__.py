"""What every widget stands on: theme, language, icons, leaving the GUI thread. No widget lives here."""
