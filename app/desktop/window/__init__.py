"""The main window: rail, sidebar, header."""
