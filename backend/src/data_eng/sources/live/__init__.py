"""The live feed, by Databento's official client: received, made whole after a break, and written down before anybody looks at it."""
