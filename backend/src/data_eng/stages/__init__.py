"""Stages: each joins core with io, one file a table or a family of tables."""
