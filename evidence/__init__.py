"""What is known: figures with provenance, and the margins, tables of life and settings made from them."""
