"""Benchmarks and tuning over a session that nobody else uses."""
