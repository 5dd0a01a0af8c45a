"""Hooks in the settings."""
