"""Is a similar past worth anything? Forecasts made day by day, scored against every simpler one, and reported without favour."""
