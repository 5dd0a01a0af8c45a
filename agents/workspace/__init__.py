"""Workspace access: the folder that a run works in, reached without following a link out of it."""
