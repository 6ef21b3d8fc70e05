"""Reports, in HTML and PDF, from stored results alone. No TensorFlow."""
