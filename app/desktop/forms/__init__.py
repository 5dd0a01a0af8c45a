"""Forms: rows of settings made from data, fields that check what is typed, and what stands in them."""
