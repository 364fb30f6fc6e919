"""The simulated market that the bench measures on."""

from __future__ import annotations

START, END, DAYS = "2025-10-14", "2025-10-17", 4
"""The simulated sessions."""
FRONT = "ESZ5"
"""Their front contract."""
SIX_LEVELS = ("pm_high", "pm_low", "or_high", "or_low", "pd_close", "vwap")
