"""The model in use: loading, its state, its events, one turn of generation.

Who requests answers belongs in `chat` and `runs`.
"""
