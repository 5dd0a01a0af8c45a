"""What a run changed, place by place, and what becomes of a file when some of the places are dropped."""
