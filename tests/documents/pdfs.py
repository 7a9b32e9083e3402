"""PDF files as people bring them: small ones, signed ones, scans that bear a code."""

import io
import time
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import segno
from asn1crypto import keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from PIL import Image
from pyhanko.pdf_utils.generic import IndirectObject, NameObject, StreamObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

from documents.addresses import address_of
from documents.models import Document

SIGNED_AT = datetime(2026, 1, 1, tzinfo=UTC)


def small_pdf(text: str) -> bytes:
    """One page that says ``text``, with a right table of references: it is added to, signed and drawn as any PDF."""
    shown = f"BT /F1 24 Tf 60 700 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 %s >> >> >>"
        % b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(shown), shown),
    ]
    written, places = io.BytesIO(b"%PDF-1.7\n"), []
    written.seek(0, io.SEEK_END)
    for rank, content in enumerate(objects, 1):
        places.append(written.tell())
        written.write(b"%d 0 obj\n%s\nendobj\n" % (rank, content))
    start = written.tell()
    written.write(b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places))
    written.write(b"trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start)
    return written.getvalue()


def scan_with(*codes: str, pages: int = 1) -> bytes:
    """A scanned paper whose first page bears these QR codes, the others nothing."""
    drawn = [Image.new("L", (900, 1200), 255) for _ in range(pages)]
    for rank, code in enumerate(codes):
        png = io.BytesIO()
        segno.make_qr(code, error="m").save(png, kind="png", scale=6, border=4)
        drawn[0].paste(Image.open(png).convert("L"), (50, 50 + 400 * rank))
    pdf = io.BytesIO()
    when = time.gmtime(0)  # the same paper has the same bytes
    drawn[0].save(pdf, "PDF", save_all=True, append_images=drawn[1:], creationDate=when, modDate=when)
    return pdf.getvalue()


def scan_of(document: Document, pages: int = 1) -> bytes:
    """A paper of Maillon that was printed, signed by hand and scanned."""
    return scan_with(address_of(document.public_code).url, pages=pages)


def photo_of(document: Document) -> bytes:
    """The same, as a telephone takes it."""
    with Image.open(io.BytesIO(_qr(document))) as code:
        photo = Image.new("RGB", (1500, 2000), (230, 225, 215))
        photo.paste(code.convert("RGB").rotate(4, expand=True, fillcolor=(230, 225, 215)), (300, 200))
    taken = io.BytesIO()
    photo.save(taken, "JPEG", quality=80)
    return taken.getvalue()


def _qr(document: Document) -> bytes:
    png = io.BytesIO()
    segno.make_qr(address_of(document.public_code).url, error="m").save(png, kind="png", scale=8, border=4)
    return png.getvalue()


@cache
def _signer(name: str, organisation: str, begins: datetime) -> signers.SimpleSigner:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, name), x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation)]
    )
    usage = dict.fromkeys(
        (
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=3650))
        .add_extension(
            x509.KeyUsage(digital_signature=True, content_commitment=True, **usage),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )
    held = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return signers.SimpleSigner(
        signing_cert=asn1.Certificate.load(certificate.public_bytes(serialization.Encoding.DER)),
        signing_key=keys.PrivateKeyInfo.load(held),
        cert_registry=None,
    )


def signed_pdf(
    content: bytes,
    name: str = "Jeanne Martin",
    organisation: str = "Parapheur du Nord",
    *,
    field: str = "Signature1",
    begins: datetime = SIGNED_AT,
) -> bytes:
    """The same file with a visible electronic signature added to it, as an outside tool does."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    fields.append_signature_field(writer, fields.SigFieldSpec(field, on_page=0, box=(60, 60, 260, 120)))
    out = io.BytesIO()
    meta = signers.PdfSignatureMetadata(field_name=field)
    signers.sign_pdf(writer, meta, signer=_signer(name, organisation, begins), output=out)
    return out.getvalue()


def rewritten_pdf(content: bytes, text: str = "Un autre texte") -> bytes:
    """The same file with another text on its page, added as an incremental update."""
    writer = IncrementalPdfFileWriter(io.BytesIO(content))
    page: Any = writer.root["/Pages"]["/Kids"].raw_get(0)
    shown = StreamObject(stream_data=f"BT /F1 24 Tf 60 700 Td ({text}) Tj ET".encode())
    page.get_object()[NameObject("/Contents")] = writer.add_object(shown)
    assert isinstance(page, IndirectObject)
    writer.mark_update(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
