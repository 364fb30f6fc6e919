"""What the trader does with the board: moments that are kept, and the drill."""
