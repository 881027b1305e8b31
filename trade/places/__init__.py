"""Where "near me" is: towns and postcodes with their coordinates, and distances between them."""
