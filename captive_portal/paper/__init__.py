"""What does the hub print? A poster, the board as a list, blank slips: as PDF, made in a child process."""
