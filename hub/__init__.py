"""The heart: records, the board, alerts, pods, the store and the settings of one hub."""
