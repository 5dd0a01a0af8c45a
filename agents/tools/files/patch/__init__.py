"""Patches over several files: read in both common forms, matched without guessing, written all or not at all."""
