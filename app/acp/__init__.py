"""Coterie's runs inside editors, over the Agent Client Protocol (https://agentclientprotocol.com)."""
