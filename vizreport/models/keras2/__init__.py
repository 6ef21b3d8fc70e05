"""Files of Keras 2: their description is translated into one of Keras 3, their weights fitted in.

``description`` takes the graph apart, ``layers`` and ``operations`` say what a layer or a function
of TensorFlow is called in Keras 3 (JSON to JSON, no TensorFlow), ``weights`` finds each layer's
numbers in the file, ``load`` puts the network together.
"""
