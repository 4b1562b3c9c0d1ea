"""The library: documents that a hub keeps for whoever comes, in a folder of its own."""
