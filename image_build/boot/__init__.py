"""How is an image tried before a card is written? It is booted in an emulated machine."""
