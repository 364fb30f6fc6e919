"""Numpy and numba only: arrays in, arrays out. No files, no clock, no logging, no pandas."""
