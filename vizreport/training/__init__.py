"""The paper's training recipe (Zeiler & Fergus, section 3) and the errors of what it trained.

Importing this package imports neither TensorFlow nor Keras; ``distribution``, ``network``,
``steps``, ``loop``, ``ablation``, ``predictions``, ``evaluation`` and ``gallery`` do.
"""
