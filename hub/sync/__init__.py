"""The sync engine: from a source to facts, with the promise of design §7."""
