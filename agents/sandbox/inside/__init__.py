"""What runs as the sandbox's own process: the standard library only, started with `python -I -S`."""
