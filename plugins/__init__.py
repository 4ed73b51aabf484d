"""What plugs into the hub besides connectors: rule packs and deliveries. Each module comes in through the same door as
a vendor's (`hub.hookspecs`) and may import `hub.contract`, `hub.model`, `hub.rulekit` and the value modules only."""
