"""The assistant's card."""
