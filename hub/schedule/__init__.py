"""When jobs run, and the service that runs them: schedules, order, child processes, one instance per data folder.

What to run and with which arguments is the caller's; nothing here knows a connector, a rule or the database.
"""
