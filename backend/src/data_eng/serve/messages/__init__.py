"""Everything that the API says, one module a subject; the page's types are generated from these."""
