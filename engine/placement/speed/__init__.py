"""What speeds are predicted from: what is read where, how fast devices are, and how sure that is."""
