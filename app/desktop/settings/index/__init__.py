"""What stands beside the settings."""
