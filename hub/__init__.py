"""The engine of the practice hub: the only package that connectors, rules and deliveries build on."""

__version__ = "0.1.0"
