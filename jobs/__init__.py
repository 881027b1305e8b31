"""Work without a browser: the queue, the schedule, thin callers of the domain, the command line."""
