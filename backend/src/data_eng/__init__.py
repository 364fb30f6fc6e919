"""Market-by-order data to labelled, comparable setups at known price levels."""
