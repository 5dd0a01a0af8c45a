"""Keeping single experts on a device, the ones that fire now."""
