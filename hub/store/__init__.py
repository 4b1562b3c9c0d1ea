"""Where a hub keeps what it knows: the journal on the card, and documents in memory as its view."""
