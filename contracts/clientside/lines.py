"""What both sides of an adaptor's lines have to know (protocol.py); no package is needed to import it.

An adaptor in Python runs where its client is installed, and that need not be where the kit is.
"""

VERSION = 1

MOST_LINE = 1024 * 1024
"""Bytes of one line."""
