"""The sandbox's launcher process: the standard library only, started with `python -I -S`."""
