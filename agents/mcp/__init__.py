"""Client of Model Context Protocol tool servers, over the official SDK.

One asyncio loop in one thread has one owner task for each connection; everybody else calls plain methods that
block. `host.Host` is the way in.
"""
