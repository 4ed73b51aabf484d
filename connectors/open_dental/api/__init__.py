"""Open Dental through its REST API: client, what can be listed how, and the rows as the database would give them."""
