"""Open Dental by saved results of queries that we ship (the .sql files beside this one) and an office runs itself."""
