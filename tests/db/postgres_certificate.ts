/**
 * A self-signed TLS certificate for 127.0.0.1 and localhost, made here, so that no test needs openssl or a stored key.
 *
 * The shape is RFC 5280's `Certificate` in DER (X.690): every value is a tag, a length and its content.
 */

/** Both in PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

type Bytes = Uint8Array<ArrayBuffer>;

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const OCTETS = 0x04;
const TRUE = [0x01, 0x01, 0xff];

/** Object identifiers, as their content in DER. */
const COMMON_NAME = [0x55, 0x04, 0x03];
const ECDSA_WITH_SHA256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const SUBJECT_ALT_NAME = [0x55, 0x1d, 0x11];
const BASIC_CONSTRAINTS = [0x55, 0x1d, 0x13];

/**
 * Makes a certificate that signs itself, in force from 2020 to 2049, with a key of the curve P-256. Some clients take an
 * authority for no server, others want one.
 */
export async function makeCertificate({ isAuthority = true } = {}): Promise<Certificate> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const { publicKey, privateKey } = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const name = der(SEQUENCE, [der(0x31, [der(SEQUENCE, [oid(COMMON_NAME), text(0x0c, "localhost")])])]);
  const validity = der(SEQUENCE, [text(0x17, "200101000000Z"), text(0x17, "491231235959Z")]);
  const names = der(SEQUENCE, [text(0x82, "localhost"), der(0x87, [127, 0, 0, 1])]);
  const extensions = der(SEQUENCE, [
    der(SEQUENCE, [oid(BASIC_CONSTRAINTS), TRUE, der(OCTETS, [der(SEQUENCE, isAuthority ? [TRUE] : [])])]),
    der(SEQUENCE, [oid(SUBJECT_ALT_NAME), der(OCTETS, [names])]),
  ]);
  const signing = der(SEQUENCE, [oid(ECDSA_WITH_SHA256)]);
  const version3 = der(0xa0, [der(INTEGER, [2])]);
  const serial = der(INTEGER, [0x01, ...crypto.getRandomValues(new Uint8Array(15))]);
  const subjectKey = new Uint8Array(await crypto.subtle.exportKey("spki", publicKey));
  const parts = [version3, serial, signing, name, validity, name, subjectKey, der(0xa3, [extensions])];
  const body = der(SEQUENCE, parts);
  const signature = new Uint8Array(await crypto.subtle.sign(algorithm, privateKey, body));
  const certificate = der(SEQUENCE, [body, signing, der(0x03, [0, toDerSignature(signature)])]);
  const key = new Uint8Array(await crypto.subtle.exportKey("pkcs8", privateKey));
  return { certificate: toPem("CERTIFICATE", certificate), key: toPem("PRIVATE KEY", key) };
}

/** A value in DER from bytes and from values that already are. */
function der(tag: number, content: readonly (number | ArrayLike<number>)[]): Bytes {
  const bytes = content.flatMap((part) => typeof part === "number" ? [part] : Array.from(part));
  const size = bytes.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Uint8Array.from([tag, ...length, ...bytes]);
}

function oid(content: readonly number[]): Bytes {
  return der(0x06, [content]);
}

function text(tag: number, value: string): Bytes {
  return der(tag, [new TextEncoder().encode(value)]);
}

/** WebCrypto signs as two numbers of 32 bytes side by side; a certificate holds them as two whole numbers. */
function toDerSignature(signature: Bytes): Bytes {
  return der(SEQUENCE, [toDerInteger(signature.subarray(0, 32)), toDerInteger(signature.subarray(32))]);
}

/** No leading zeroes but the one that keeps the number from being negative. */
function toDerInteger(bytes: Bytes): Bytes {
  const digits = Array.from(bytes);
  while (digits.length > 1 && digits[0] === 0) digits.shift();
  return der(INTEGER, digits[0]! >= 0x80 ? [0, ...digits] : digits);
}

function toPem(label: string, bytes: Bytes): string {
  const lines = bytes.toBase64().match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
