"""What operations of the library take on this machine."""
