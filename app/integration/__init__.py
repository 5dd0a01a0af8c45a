"""What the system knows of Coterie: its links, the files that it opens. No Qt; packages take texts from here."""
