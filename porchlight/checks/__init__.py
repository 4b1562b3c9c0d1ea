"""What can be wrong with a hub that is set up? One subject a file; `porchlight doctor` asks them all."""
