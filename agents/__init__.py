"""Runs: the loop that lets a model use tools, safely."""
