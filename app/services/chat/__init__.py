"""Conversations: prompts, answers, compaction, summaries. The desktop's and the terminal's way to chat.

Runs that write an answer are started here and carried out by `runs`.
"""
