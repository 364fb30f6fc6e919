"""The silver layer of futures market-by-order data."""
