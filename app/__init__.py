"""Desktop and command line of Coterie."""
