"""Cards that left the view and show other messages later."""
