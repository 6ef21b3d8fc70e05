"""Finished runs, opened by a program and checked against conditions. No TensorFlow."""
