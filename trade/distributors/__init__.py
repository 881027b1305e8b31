"""Distributors: what each has in stock, and which of them every bookshop trusts (T139-T142)."""
