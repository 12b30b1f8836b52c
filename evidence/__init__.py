"""What is known: figures with provenance, and the margins, life tables and settings that runs take from them."""
