"""Bringing a company's own ledger into the database, by a mapping and never by a guess."""
