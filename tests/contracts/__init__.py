"""What every `Engine` promises, asked of each of them."""
