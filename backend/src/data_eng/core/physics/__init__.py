"""What the book does around a price, against what is usual: frames, usual, conditions, walls, ladder."""
