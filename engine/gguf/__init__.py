"""GGUF files: headers, tensors, layers, consistency."""
