"""Settings of chats: how they are answered, called and told of."""
