"""How fast messages leave, and how soon a word against them counts."""
