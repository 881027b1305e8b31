"""Protocols by which delegated distributors are asked, one file each: NAME, TITLE, ``ask``."""
