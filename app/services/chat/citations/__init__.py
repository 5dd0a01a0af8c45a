"""Sources that questions are answered from, and what answers cite of them."""
