"""Timers of the system, which start schedules while Coterie is closed."""
