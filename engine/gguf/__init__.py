"""What GGUF files hold: headers, tensors, the layers they make, and whether they are consistent."""
