"""A gateway of one's own: Databento's live protocol on this machine, fed from raw files, for the official client and no other."""
