"""What rules share: who a fact is about, what treatment counts, what is booked, which touch is due, how to say it.

Rules import from the modules `people`, `treatment`, `visits`, `contacts`, `wording`, `settings`. It is SQLAlchemy Core
over the shared model or a pure function; nothing writes.
"""

from __future__ import annotations
