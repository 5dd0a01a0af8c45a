"""What a run may read besides its folder."""
