"""The command line of Jinlin (近邻): the one place that sees every room."""

__version__ = "0.1.0"
