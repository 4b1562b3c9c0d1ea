"""Everything on the air: frames, blocks, keys, logs, the engine and its links."""
