"""Approval rules: which calls run without approval, which need one, and which are refused.

`decide(Question) -> Verdict` says it; it is pure. `request(question, verdict)` makes the question for a person,
`grant_for(request, scope)` the grant that comes of the answer.

What a mode allows without a question ("outside" is outside the workspace):

- read: tools that only read, without the network. Everything else is refused, shells and
  notes too.
- ask: reading in the workspace, and shell commands that only read and print in an isolating sandbox.
- workspace: besides, what changes files in the workspace and can be undone: by tools, and by any shell command or
  program in an isolating sandbox without the network, destructive or not readable as it may be.
- all-in-sandbox: besides, what cannot be undone, as far as it can be read and is not destructive by our list, and
  tools of MCP servers that run in the sandbox without the network.

The network, what is outside and the rails are asked in each mode. After text from outside came into a run, the
network, what is outside and what MCP servers change are asked again, whatever was granted, and notes are asked about.
"""
