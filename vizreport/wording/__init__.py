"""Names and numbers as a reader wants them."""
