"""Measures Shared Spaces against its floors; see bench/README.md."""
