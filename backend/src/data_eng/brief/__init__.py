"""What a trader reads before the open: the levels known by then, what their kinds did at first tests, and yesterday."""
