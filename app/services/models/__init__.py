"""The model in use: loading, its state, its events, one turn of generation. Which answers are asked of it belongs in
`chat` and `runs`.
"""
