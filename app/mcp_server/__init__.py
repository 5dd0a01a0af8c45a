"""Coterie as a server of tools (Model Context Protocol): our model and our runs, for other programs.

calls < work over the services < the way to the window's process < the protocol, over stdio and HTTP.
"""
