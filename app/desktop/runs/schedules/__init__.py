"""Schedules on the Runs page: the list of them, one of them, and the sheet in which it is set up."""
