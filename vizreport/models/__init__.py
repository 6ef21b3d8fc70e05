"""Networks built in (ZFNet, Krizhevsky et al., their variants) and the loading of checkpoints.

Importing this package imports neither TensorFlow nor Keras; modules that do not say "No
TensorFlow here" may.
"""
