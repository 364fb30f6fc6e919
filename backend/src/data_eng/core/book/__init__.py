"""The order book, the flow tape that it leaves behind, and the one loop that sees events."""
