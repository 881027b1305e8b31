"""Books, their prices and categories, and finding them."""
