"""Settings and the files that keep them: TOML, secrets, locks. Knows no feature; every other service may read it."""
