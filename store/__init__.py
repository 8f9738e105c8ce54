"""The shared customer database: the only place with SQL."""
