"""Readers turn a file into raw records or segments. Nothing here writes or decides; import the one you need."""
