"""Collections: named sets of folders and files that are searched by their words and their meaning."""
