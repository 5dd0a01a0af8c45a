"""This installation: what kind it is, where it lies, and how a new version of it proves itself."""
