"""`coterie hooks`: commands that runs carry out by themselves."""
