// RFC 3161: reads a TimeStampResp (DER), checks the message imprint, the CMS signature with the certificate's key
// (RSA or ECDSA), and that the certificates lead to the root given in the dossier, valid at that time.

const OID = {
  signedData: "1.2.840.113549.1.7.2", tstInfo: "1.2.840.113549.1.9.16.1.4", contentType: "1.2.840.113549.1.9.3",
  messageDigest: "1.2.840.113549.1.9.4", sha256: "2.16.840.1.101.3.4.2.1", rsa: "1.2.840.113549.1.1.1",
  ec: "1.2.840.10045.2.1", extendedKeyUsage: "2.5.29.37", timeStamping: "1.3.6.1.5.5.7.3.8",
};
const HASHES = { "2.16.840.1.101.3.4.2.1": "SHA-256", "2.16.840.1.101.3.4.2.2": "SHA-384", "2.16.840.1.101.3.4.2.3": "SHA-512" };
const SIGNATURE_HASHES = {
  "1.2.840.113549.1.1.11": "SHA-256", "1.2.840.113549.1.1.12": "SHA-384", "1.2.840.113549.1.1.13": "SHA-512",
  "1.2.840.10045.4.3.2": "SHA-256", "1.2.840.10045.4.3.3": "SHA-384", "1.2.840.10045.4.3.4": "SHA-512",
};
const CURVES = { "1.2.840.10045.3.1.7": ["P-256", 32], "1.3.132.0.34": ["P-384", 48], "1.3.132.0.35": ["P-521", 66] };
const NAME_PARTS = { "2.5.4.3": "CN", "2.5.4.6": "C", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.7": "L", "2.5.4.8": "ST" };
const LOCAL_DEMO_MARK = "Shouwen LOCAL DEMO TSA";

const stampInvalid = (why) => new Invalid("timestamp_invalid", "时间戳不成立", `the timestamp does not verify: ${why}`);

function der(bytes, at = 0, depth = 0) {
  if (at + 2 > bytes.length || depth > 24) throw stampInvalid("cut short");
  const tag = bytes[at];
  let length = bytes[at + 1], start = at + 2;
  if (length & 0x80) {
    const count = length & 0x7f;
    if (count < 1 || count > 4) throw stampInvalid("a length");
    length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + bytes[start + i];
    start += count;
  }
  const end = start + length;
  if (!(end <= bytes.length)) throw stampInvalid("cut short");
  const node = { tag, body: bytes.subarray(start, end), whole: bytes.subarray(at, end) };
  if (tag & 0x20) {
    node.kids = [];
    for (let next = 0; next < node.body.length; next += node.kids.at(-1).whole.length)
      node.kids.push(der(node.body, next, depth + 1));
  }
  return node;
}

function kid(node, index, tag) {
  const found = node?.kids?.[index];
  if (!found || (tag !== undefined && found.tag !== tag)) throw stampInvalid("another structure");
  return found;
}

function oidOf(node) {
  const parts = [];
  let value = 0;
  for (const byte of node.body) {
    value = value * 128 + (byte & 0x7f);
    if (byte & 0x80) continue;
    if (!parts.length) parts.push(Math.min(2, Math.floor(value / 40)), value - 40 * Math.min(2, Math.floor(value / 40)));
    else parts.push(value);
    value = 0;
  }
  return parts.join(".");
}

function timeOf(node) {
  const text = String.fromCharCode(...node.body);
  const found = node.tag === 0x17
    ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text)
    : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d+)?Z$/.exec(text);
  if (!found) throw stampInvalid("a time");
  const [year, ...rest] = found.slice(1).map(Number);
  const full = node.tag === 0x17 ? year + (year < 50 ? 2000 : 1900) : year;
  return new Date(Date.UTC(full, rest[0] - 1, rest[1], rest[2], rest[3], rest[4]));
}

function certificate(bytes) {
  const outer = der(bytes), tbs = kid(outer, 0, 0x30);
  const first = tbs.kids[0].tag === 0xa0 ? 1 : 0;
  const extensions = tbs.kids.find((node) => node.tag === 0xa3);
  const validity = kid(tbs, first + 3);
  return {
    bytes: outer.whole, tbs: tbs.whole, serial: kid(tbs, first, 2).body, issuer: kid(tbs, first + 2).whole,
    from: timeOf(kid(validity, 0)), until: timeOf(kid(validity, 1)), subject: kid(tbs, first + 4),
    key: kid(tbs, first + 5, 0x30), extensions: extensions ? kid(extensions, 0).kids : [],
    hash: SIGNATURE_HASHES[oidOf(kid(kid(outer, 1), 0))], signature: kid(outer, 2, 3).body.subarray(1),
  };
}

function nameOf(subject) {
  const parts = subject.kids.flatMap((set) => set.kids.map((pair) =>
    `${NAME_PARTS[oidOf(kid(pair, 0))] ?? oidOf(kid(pair, 0))}=${new TextDecoder().decode(kid(pair, 1).body)}`));
  return parts.reverse().join(",");
}

function mayStamp(cert) {
  return cert.extensions.some((extension) => {
    if (oidOf(kid(extension, 0)) !== OID.extendedKeyUsage || kid(extension, 1).tag !== 1) return false; // critical
    return der(extension.kids.at(-1).body).kids.some((usage) => oidOf(usage) === OID.timeStamping);
  });
}

async function verifyWith(cert, hash, signature, message) {
  const algorithm = kid(cert.key, 0), kind = oidOf(kid(algorithm, 0));
  if (!hash) return false;
  if (kind === OID.rsa) {
    const scheme = { name: "RSASSA-PKCS1-v1_5", hash };
    const key = await crypto.subtle.importKey("spki", cert.key.whole, scheme, false, ["verify"]);
    return crypto.subtle.verify(scheme, key, signature, message);
  }
  const [namedCurve, width] = CURVES[kind === OID.ec ? oidOf(kid(algorithm, 1)) : ""] ?? [];
  if (!namedCurve) throw stampInvalid("a key this page does not know");
  const key = await crypto.subtle.importKey("spki", cert.key.whole, { name: "ECDSA", namedCurve }, false, ["verify"]);
  const raw = joined(...der(signature).kids.map((part) => fixedWidth(part.body, width)));
  return crypto.subtle.verify({ name: "ECDSA", hash }, key, raw, message);
}

function fixedWidth(integer, width) {
  const digits = integer[0] === 0 ? integer.subarray(1) : integer;
  if (digits.length > width) throw stampInvalid("a signature");
  return joined(new Uint8Array(width - digits.length), digits);
}

function certificatesOfPem(bytes) {
  const blocks = textOf(bytes).matchAll(/-----BEGIN CERTIFICATE-----([\s\S]*?)-----END CERTIFICATE-----/g);
  return [...blocks].map((block) => certificate(bytesOfBase64(block[1].replace(/\s/g, ""))));
}

async function rootOf(signer, known, roots, at) {
  let current = signer;
  for (let steps = 0; steps < 8; steps++) {
    if (at < current.from || at > current.until) return null;
    const self = same(current.issuer, current.subject.whole);
    const parent = self ? current : [...roots, ...known].find((cert) => same(cert.subject.whole, current.issuer));
    if (!parent || !(await verifyWith(parent, current.hash, current.signature, current.tbs))) return null;
    if (self) return roots.find((root) => same(root.bytes, current.bytes));
    current = parent;
  }
  return null;
}

async function verifyTimestamp(tsr, message, chainPem) {
  try {
    return await verifyTimestampUnguarded(tsr, message, chainPem);
  } catch (error) {
    throw error instanceof Invalid && error.code === "timestamp_invalid" ? error : stampInvalid(error.message);
  }
}

async function verifyTimestampUnguarded(tsr, message, chainPem) {
  const response = der(tsr);
  if (response.whole.length !== tsr.length || kid(kid(response, 0), 0, 2).body.join() !== "0") throw stampInvalid("not granted");
  const token = kid(response, 1);
  if (oidOf(kid(token, 0)) !== OID.signedData) throw stampInvalid("not signed data");
  const signedData = kid(kid(token, 1), 0);
  const encapsulated = kid(signedData, 2);
  if (oidOf(kid(encapsulated, 0)) !== OID.tstInfo) throw stampInvalid("not a timestamp");
  const content = kid(kid(encapsulated, 1), 0, 4).body, info = der(content);
  const imprint = kid(info, 2);
  if (oidOf(kid(kid(imprint, 0), 0)) !== OID.sha256 || !same(kid(imprint, 1, 4).body, await sha256(message)))
    throw stampInvalid("it is over other bytes");
  const at = timeOf(kid(info, 4, 0x18));

  const embedded = signedData.kids.find((node) => node.tag === 0xa0)?.kids ?? [];
  const given = certificatesOfPem(chainPem);
  const known = [...embedded.map((node) => certificate(node.whole)), ...given];
  const signerInfo = kid(signedData.kids.at(-1), 0);
  const [issuer, serial] = kid(signerInfo, 1, 0x30).kids;
  const signer = known.find((cert) => same(cert.issuer, issuer.whole) && same(cert.serial, serial.body));
  if (!signer || !mayStamp(signer)) throw stampInvalid("no certificate that may stamp");

  const attributes = kid(signerInfo, 3, 0xa0);
  const valueOf = (oid) => {
    const found = attributes.kids.filter((node) => oidOf(kid(node, 0)) === oid);
    if (found.length !== 1) throw stampInvalid("a signed attribute");
    return kid(kid(found[0], 1), 0);
  };
  const digestName = HASHES[oidOf(kid(kid(signerInfo, 2), 0))];
  if (!digestName || oidOf(valueOf(OID.contentType)) !== OID.tstInfo) throw stampInvalid("its digest or content type");
  const digest = new Uint8Array(await crypto.subtle.digest(digestName, content));
  if (!same(valueOf(OID.messageDigest).body, digest)) throw stampInvalid("its content was changed");
  const signed = attributes.whole.slice();
  signed[0] = 0x31; // signed as a SET, sent as [0]
  const hash = SIGNATURE_HASHES[oidOf(kid(kid(signerInfo, 4), 0))] ?? digestName;
  if (!(await verifyWith(signer, hash, kid(signerInfo, 5, 4).body, signed))) throw stampInvalid("its signature");
  const roots = given.filter((cert) => same(cert.issuer, cert.subject.whole));
  const root = await rootOf(signer, known, roots, at);
  if (!root) throw stampInvalid("its certificates lead to no given root");
  const authority = nameOf(signer.subject);
  return { at, authority, localDemo: authority.includes(LOCAL_DEMO_MARK), root: hexOf(await sha256(root.bytes)) };
}
