"""The version of the program whose files this package reads."""
VERSION = "0.4.0"
LAYOUT = 2  # of result files: their attribute nvsweep_layout
