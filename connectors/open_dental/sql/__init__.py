"""Open Dental by its database, read-only: short pages, server-local watermarks, lists of keys for what was deleted."""
