"""What "/" and "@" bring into a message: prompts, recipes, and files."""
