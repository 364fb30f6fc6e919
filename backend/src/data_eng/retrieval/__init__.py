"""Finding: which contract of a day, which setups of the past, how they ended."""
