"""Layers, logits, gradients and batches out of any Keras model, as arrays."""
