"""What a folder's files tell agents: project instructions and skills. They count once a person agreed to them."""
