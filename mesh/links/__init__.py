"""What carries frames: today a Meshtastic radio."""
