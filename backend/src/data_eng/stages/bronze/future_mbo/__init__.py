"""The bronze layer of futures market-by-order data."""
