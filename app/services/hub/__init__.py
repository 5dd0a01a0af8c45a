"""Hub search, model fit and downloads. What happens to a file once it is whole belongs in `library`."""
