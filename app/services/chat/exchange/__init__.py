"""Chats that leave and come in as files: Coterie's own JSON, formats for people, and exports of other programs."""
