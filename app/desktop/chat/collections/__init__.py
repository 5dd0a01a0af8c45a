"""Collections in the window: made and filled in a sheet, and chosen for a chat."""
