"""A loaded model: its session, its sequences and checkpoints, its tokenizer, its expert cache."""
