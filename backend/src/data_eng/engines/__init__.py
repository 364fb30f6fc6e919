"""How a pipeline runs over many contract-days: on a crew of processes of this machine."""
