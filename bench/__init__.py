"""How fast the desk is, as ratios to the bare floor beside it: `python -m bench --help`."""
