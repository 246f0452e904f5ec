"""What computes products, convolution and pooling: compiled, or NumPy."""
