"""The last touches on a PDF before it is written: Factur-X metadata in the one RDF block, and clean lists.

WeasyPrint would put further metadata into a second ``rdf:RDF`` block and name the attached file twice in
``/AF``; both are set right here, while the file is still objects.
"""

from __future__ import annotations

from typing import Any

FACTURX = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
PROPERTIES = {
    "DocumentFileName": "name of the embedded XML invoice file",
    "DocumentType": "INVOICE",
    "Version": "The actual version of the Factur-X XML schema",
    "ConformanceLevel": "The conformance level of the embedded Factur-X data",
}
_VALUES = f"""
<rdf:Description rdf:about="" xmlns:fx="{FACTURX}">
<fx:DocumentType>INVOICE</fx:DocumentType>
<fx:DocumentFileName>factur-x.xml</fx:DocumentFileName>
<fx:Version>1.0</fx:Version>
<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>
</rdf:Description>"""
_PROPERTY = """
<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name>
<pdfaProperty:valueType>Text</pdfaProperty:valueType>
<pdfaProperty:category>external</pdfaProperty:category>
<pdfaProperty:description>{text}</pdfaProperty:description></rdf:li>"""
_SCHEMA = f"""
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>{FACTURX}</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>fx</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq>{{properties}}
</rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
"""
DESCRIPTIONS = _VALUES + _SCHEMA.format(
    properties="".join(_PROPERTY.format(name=name, text=text) for name, text in PROPERTIES.items())
)


def finish(document: Any, pdf: Any) -> None:
    """Finisher for ``Document.write_pdf``; changes ``pdf`` (a pydyf.PDF) in place.

    Raises ValueError where WeasyPrint's metadata no longer has the one RDF block this relies on.
    """
    metadata = _object(pdf, pdf.catalog["Metadata"])
    (xmp,) = metadata.stream
    if xmp.count(b"</rdf:RDF>") != 1:
        raise ValueError("The metadata of the PDF has not exactly one RDF block.")
    metadata.stream = [xmp.replace(b"</rdf:RDF>", DESCRIPTIONS.encode() + b"</rdf:RDF>")]
    pdf.catalog["AF"][:] = dict.fromkeys(pdf.catalog["AF"])
    pdf.catalog["ViewerPreferences"] = "<</DisplayDocTitle true>>"
    for thing in pdf.objects:
        if getattr(thing, "extra", {}).get("Type") == "/EmbeddedFile":
            thing.extra["Subtype"] = "/text#2fxml"


def _object(pdf: Any, reference: bytes | str) -> Any:
    return pdf.objects[int(reference.split()[0])]
