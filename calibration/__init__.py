"""Evidence with provenance, and the tables and settings that the simulation takes from it."""
