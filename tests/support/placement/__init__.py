"""Machines, plans and placements, and llama.cpp's own opinion of them."""
