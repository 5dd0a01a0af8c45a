"""`coterie models`: one module for each command. `commands` declares them and imports nothing heavy."""
