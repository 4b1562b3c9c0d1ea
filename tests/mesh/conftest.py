"""How long may one example of a property take? As long as it needs: the machine is shared, and slow is no failure."""

from hypothesis import settings

settings.register_profile("porchlight", deadline=None)
settings.load_profile("porchlight")
