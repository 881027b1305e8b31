"""Billing: commissions, the invoice register, statements, settlements and transfers."""
