"""Many conversations on one engine for a while, through aborts, kills and restarts, and the books of it."""
