"""The expert cache: keeps the experts that fire now on a device."""
