"""A toy table and toy stages for the tests of the house: importable, so that worker processes find them."""
