"""`coterie servers`: one module for each group of commands. `commands` declares them and imports nothing heavy."""
