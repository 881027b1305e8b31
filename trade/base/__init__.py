"""What every room stands on: database, tenancy, states, settings, money, ledger, journal, outbox."""
