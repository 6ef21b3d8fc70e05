"""Networks built in (ZFNet, Krizhevsky et al., their variants) and the loading of checkpoints.

Importing this package imports neither TensorFlow nor Keras; its modules do, except ``sidecar``,
``hash`` and ``architecture``.
"""
