"""Residents, needs, queues: the simulation itself, without files, clocks or prints above the tables it is given."""
