"""Finding models on the hub: search, results, one repository's details."""
