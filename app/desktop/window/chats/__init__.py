"""The list of chats beside the page: its rows, its projects, and what is done with them."""
