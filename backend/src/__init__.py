"""Spymaster backend; the import name is `src.data_eng`."""
