"""Fit what is not known, hold the model against what was observed, and forecast from what a year knew.

``observations.csv`` lists the figures of the evidence that the model is held against; each row names one.
"""
