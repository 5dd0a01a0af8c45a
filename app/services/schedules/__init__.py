"""Schedules: runs that start at times, or when a folder changes."""
