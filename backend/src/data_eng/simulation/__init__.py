"""Synthetic sessions as a Databento batch job."""
