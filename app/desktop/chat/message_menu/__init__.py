"""What is done with one message of a chat besides what stands under it."""
