"""Scenarios: what the plan promises, what a researcher asks, and how it is read, checked and run."""
