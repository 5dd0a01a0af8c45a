"""Benchmarks and tuning over a session of their own."""
