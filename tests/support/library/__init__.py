"""Models and releases that are fetched and kept."""
