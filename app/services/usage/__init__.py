"""What answers took: tokens, time, energy, and what that cost where a person has said a price."""
