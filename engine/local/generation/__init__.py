"""Generation of one answer: tokenization, sampling, grammar, parsing, cancellation."""
