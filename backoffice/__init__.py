"""The back office: screens only, in three areas of Flask-Admin (``/staff``, ``/office``, ``/ledger``)."""
