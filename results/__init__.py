"""Results: read a finished run folder, judge the plan's targets, and write the report."""
