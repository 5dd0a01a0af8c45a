"""Settings and the files that store them: TOML, secrets, locks.

Knows no feature; every other service may read it.
"""
