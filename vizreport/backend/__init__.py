"""What the engine needs beside ``keras.ops``: compiled functions, derivatives, gathering."""

from vizreport.backend.tensorflow import Spec, argmax, compiled, gathered, vjp

__all__ = ["Spec", "argmax", "compiled", "gathered", "vjp"]
