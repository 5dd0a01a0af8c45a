"""Models and the hub: where models are kept, how the hub is reached, what the system opens with Coterie."""
