"""What llama-server tells beyond OpenAI's protocol: its state, tokens, and gaps that are filled in."""
