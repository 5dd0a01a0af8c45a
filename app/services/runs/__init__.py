"""Agent runs: starting, pausing, undoing, journaling, exporting; the models and tools they are made of.

The loop itself is `agents.run`.
"""
