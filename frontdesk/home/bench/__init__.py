"""Measuring the product against the least that the same data can cost."""
