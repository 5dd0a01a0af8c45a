"""`coterie backup`: listing, making and restoring backups of the database."""
