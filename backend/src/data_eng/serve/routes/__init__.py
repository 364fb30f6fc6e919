"""One module a noun of the API; each has a `router`."""
