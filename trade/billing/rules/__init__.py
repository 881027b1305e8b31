"""Values and arithmetic of billing: no session, no clock, no files."""
