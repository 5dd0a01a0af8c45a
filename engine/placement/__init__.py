"""Placement: decides where a model's weights lie, from its file and the machine."""
