"""A setup, its similar past, and the list of all setups."""
