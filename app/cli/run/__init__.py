"""`coterie run`: a task for an agent, from the terminal."""
