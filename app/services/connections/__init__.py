"""Connections to other machines and programs: remote model servers, MCP tool servers, RPC workers.

What is done with a connection belongs to the feature that uses it.
"""
