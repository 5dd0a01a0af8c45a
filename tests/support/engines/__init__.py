"""Engines, hosts and workers: scripted, faulty, and killed."""
