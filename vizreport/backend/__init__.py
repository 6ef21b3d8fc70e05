"""What the engine needs of TensorFlow beside ``keras.ops``."""
