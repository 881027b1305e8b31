"""Verbs about consents and erasure."""
