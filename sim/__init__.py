"""Residents, needs, queues: the simulation itself, without files or prints above the tables it is given."""
