"""The energy that this machine says it uses, by counters that may be read without being an administrator."""
