"""The one way back into Open Dental: a task (or commlog) per item or per call card, and nothing else is ever written.

`cards` makes the texts, `plan` decides what to do (pure), `office` reads and writes, `delivery` is the door. What stands in
Open Dental is always looked up by its mark before anything is written, so nothing is written twice (reference §10).
"""
