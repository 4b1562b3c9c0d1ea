"""The front door: the command line, and the only place that puts the rooms together."""
