"""HTTP below the hub, remote models and web tools: certificates, proxies, and sockets that can be shut.

What is asked of whom, and what errors mean, belongs to those.
"""
