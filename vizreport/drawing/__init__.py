"""What sections are drawn with: charts, pictures, letters. No TensorFlow."""
