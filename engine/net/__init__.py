"""HTTP foundation of hub, remote models and web tools: certificates, proxies, interruptible sockets.

Requests and the meaning of errors belong to those.
"""
