"""Coterie without a window: its icon among those of the system, and its start at login."""
