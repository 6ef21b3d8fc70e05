"""What a deconvolutional network learned."""
