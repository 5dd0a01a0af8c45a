"""One answer: prompt to tokens, sampling, grammar, parsing, cancellation."""
