"""The desktop and the command line of Coterie."""
