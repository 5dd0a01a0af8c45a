"""Placement of single experts: slots on a card, slots in RAM above the disk."""
