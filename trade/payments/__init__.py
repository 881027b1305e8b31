"""Who collects, and how: accounts, payments, refunds, disputes, what the gateway tells (F09-F11, T58, T128-T129)."""
