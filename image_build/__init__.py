"""How is the card of a hub made, tried and written? It imports no other room: they hand it texts."""
