"""An invented clinic chain to try the product with."""
