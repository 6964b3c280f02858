"""Reading the list of customers that a clinic already has (docs/importing.md)."""
