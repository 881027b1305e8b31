"""The domain of a network of independent bookshops: models and rules, free of any framework."""
