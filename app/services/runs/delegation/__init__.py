"""Tasks that a run gives to runs of their own (sub-agents): their copies, questions, and what comes back."""
