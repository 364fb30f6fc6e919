"""What the product survives, tried on purpose: `python -m tests.harness.break --help`. A small part of each trial is in the suite."""
