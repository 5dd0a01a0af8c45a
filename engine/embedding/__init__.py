"""Embeddings of texts: vectors whose angles tell how near two meanings are, and a file that finds the nearest."""
