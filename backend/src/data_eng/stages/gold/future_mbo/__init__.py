"""The gold layer of futures market-by-order data."""
