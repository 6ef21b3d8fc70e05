"""A build from request to report, and a gallery at the end of an epoch."""
