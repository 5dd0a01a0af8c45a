"""Models on this disk: names, files, integrity, moving, trash. What is fetched from elsewhere belongs in `hub`."""
