"""Radio profiles and their provisioning: find the radio, plan the changes, apply them, read them back."""
