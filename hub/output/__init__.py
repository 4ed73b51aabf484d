"""How a list looks outside the hub: one table definition, safe text, safe files, and the Excel and CSV writers.

Everything here is shared by the deliveries and by `hub items`; nothing here decides what is outstanding.
"""
