"""What layers cost however little they read, measured on this machine."""
