"""What several tests share: fakes, the starter model, and the watch over what a test leaves behind."""
