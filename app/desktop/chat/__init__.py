"""The chat page: transcript and composer."""
