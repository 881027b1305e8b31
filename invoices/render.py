"""An invoice document as a PDF/A-3 with its Factur-X file inside: same data, same bytes.

PDF/A-3 (level A, tagged) as produced by WeasyPrint; not veraPDF-certified. Made in a job, never in a
request: one page takes about 0.2 s of a core.
"""

from __future__ import annotations

from gettext import NullTranslations

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from weasyprint import HTML, Attachment
from weasyprint.text.fonts import FontConfiguration

from invoices.assets import SCHEME, TEMPLATES, ClosedFetcher, FatalURLFetchingError, PaperError
from invoices.einvoice import LINE_TITLES, make_xml
from invoices.einvoice import NAME as XML_NAME
from invoices.logo import Logo
from invoices.words import Words
from invoices.xmp import finish
from trade.billing.rules.document import InvoiceDocument, check

MANY_LINES = 5


def make_pdf(document: InvoiceDocument, translations: NullTranslations, logo: Logo | None = None) -> bytes:
    """The PDF of an issued invoice, in the language of the document.

    ``translations`` is the catalogue of that language; ``logo`` is the cleaned picture whose digest the
    document names. Raises Unbalanced where a sum does not foot, PaperError where the logo is not the one the
    document was issued with or anything outside the package was asked for.
    """
    check(document)
    xml = make_xml(document, translations)
    html, files = make_html(document, translations, logo)
    fetcher = ClosedFetcher(files)
    fonts = FontConfiguration()
    try:
        paper = HTML(string=html, url_fetcher=fetcher).render(font_config=fonts)
        pdf: bytes = paper.write_pdf(
            finisher=finish,
            pdf_variant="pdf/a-3a",
            attachments=[_attachment(document, xml)],
        )
    except FatalURLFetchingError as error:
        raise PaperError(f"{document.number}: {', '.join(fetcher.refused)} is not ours") from error
    return pdf


def make_html(
    document: InvoiceDocument, translations: NullTranslations, logo: Logo | None = None
) -> tuple[str, dict[str, bytes]]:
    """The page before it is laid out, and the pictures it names. Raises PaperError for a wrong logo."""
    files: dict[str, bytes] = {}
    if (logo.sha256 if logo else "") != document.logo_sha256:
        raise PaperError(f"{document.number}: the logo is not the one the invoice was issued with")
    if logo is not None:
        files[logo.name] = logo.content
    if document.qr is not None:
        files["qr.svg"] = qr_svg(document.qr.content)
    page = _environment(translations).get_template("invoice.html")
    html = page.render(
        document=document,
        titles=LINE_TITLES,
        words=Words(document.locale, document.currency),
        logo=logo.name if logo else None,
        compact=len(document.lines) > MANY_LINES,
        scheme=SCHEME,
    )
    return html, files


def qr_svg(content: str) -> bytes:
    """The code as SVG: level M and a quiet zone of four modules, as the Spanish tax office asks."""
    svg = segno.make(content, error="m", micro=False).svg_inline(border=4, dark="#1c1b19")
    return svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1).encode()


def _environment(translations: NullTranslations) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
    return environment


def _attachment(document: InvoiceDocument, xml: bytes) -> Attachment:
    return Attachment(
        string=xml,
        name=XML_NAME,
        description=document.number,
        relationship="Data",
        created=document.created_at,
        modified=document.created_at,
        url_fetcher=ClosedFetcher(),
    )
