"""From counted calls to expected calls, and from those to the agents who should be there."""
