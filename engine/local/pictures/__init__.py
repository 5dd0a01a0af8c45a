"""Pictures in prompts: marks in texts, rows of embeddings in the place of tokens, their encoding beside the steps."""
