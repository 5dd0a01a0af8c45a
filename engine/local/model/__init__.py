"""A loaded model: session, sequences, checkpoints, tokenizer, expert cache."""
