"""Readers buy: basket, comparison, order, serving, withdrawal (F02, F03, T49-T59, T93-T94, T143)."""
