"""One file per stock format, found by being here.

A module describes itself by ``NAME``, ``TITLE``, ``VAT_INCLUDED`` (do its prices hold VAT?) and
``WHOLE_INVENTORY`` (does an absent title mean zero?), and offers ``read(data) -> Reading``. A file that is not
of this format raises Refused; a line that is no good becomes a Rejected entry and stops nothing.
``samples()`` makes the files by which the format proves itself before it is put into use (``trade/stock/samples.py``).
"""
