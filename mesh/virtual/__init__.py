"""A radio, an ether and a simulation without hardware, true enough to be believed by the real client library."""
