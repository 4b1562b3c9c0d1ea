"""How is the card of a hub made, tried and written? It imports none of the other rooms: they hand it texts and files."""
