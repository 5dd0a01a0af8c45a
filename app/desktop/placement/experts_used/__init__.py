"""The card that shows which experts a chat used: its levels, its map, its switch."""
