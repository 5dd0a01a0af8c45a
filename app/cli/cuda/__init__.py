"""`coterie cuda`: what computes on NVIDIA's cards, as a download."""
