"""Stories of the whole program: a real window in its own process, the real starter model, from start to quit."""
