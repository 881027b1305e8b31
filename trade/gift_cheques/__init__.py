"""Gift cheques: campaigns with restrictions, redeeming at the counter, and balances that are sums of entries."""
