"""Evidence with provenance, and the tables and settings that the simulation takes from it.

``observations.csv`` lists the figures of the evidence that the model is held against; each row names one.
"""
