"""The page that welcomes who is here for the first time."""
