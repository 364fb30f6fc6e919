"""Synthetic days of a futures book, order by order: a queue-reactive book, price-time matching, and physics planted at levels."""
