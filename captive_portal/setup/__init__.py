"""The set-up pages: what a fresh card shows until it is a hub (porchlight first-boot)."""
