"""What computes on NVIDIA's cards as a download: fetched when a person asks for it, tried, and kept in the data
folder."""
