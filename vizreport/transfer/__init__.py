"""Transfer: what a network's features are worth on other data (Zeiler & Fergus, section 5).

Importing this package imports neither TensorFlow nor Keras; ``features`` and ``study`` do.
"""
