"""Models on the hub and on disk: finding, judging, downloading and keeping them."""
