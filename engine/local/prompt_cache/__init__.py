"""The prompt cache: states of sequences that are not in the context now, in RAM and on disk.

`PromptCache` holds the bytes that llama.cpp gives for a sequence, with the tokens they stand for, and finds one by
the
longest common prefix of tokens. A state is a copy of what can be computed again at any time, so a damaged one is
treated as absent.
"""
