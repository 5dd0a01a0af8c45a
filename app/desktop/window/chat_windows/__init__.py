"""Chats in windows of their own."""
