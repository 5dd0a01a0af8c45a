"""Reads conversations out of the files of Coterie and of other apps, and adds those that are new."""
