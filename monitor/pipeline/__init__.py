"""The stages: gather → decide → commit."""
