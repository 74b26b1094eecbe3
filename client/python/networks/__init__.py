"""The networks of the catalogue, as programs that write their YAML files."""
