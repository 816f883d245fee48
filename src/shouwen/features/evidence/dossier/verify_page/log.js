// Canonical JSON, signed notes, checkpoints, tlog-proofs and Merkle proofs: the browser's half of the seals.

class Invalid extends Error {
  constructor(code, zh, en) {
    super(en);
    Object.assign(this, { code, zh, en });
  }
}

const malformed = (what) => new Invalid("malformed", "文件格式不对，可能被改动过", `out of form: ${what}`);
const utf8 = new TextEncoder();
const strictText = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function textOf(bytes) {
  try {
    return strictText.decode(bytes);
  } catch {
    throw malformed("not UTF-8");
  }
}

async function sha256(...parts) {
  const whole = parts.length === 1 ? parts[0] : joined(...parts);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
}

function joined(...parts) {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

const hexOf = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

function bytesOfHex(text) {
  if (!/^[0-9a-f]{64}$/.test(text)) throw malformed("hex");
  return Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
}

function bytesOfBase64(text) {
  let binary;
  try {
    binary = atob(text);
  } catch {
    throw malformed("base 64");
  }
  if (btoa(binary) !== text) throw malformed("base 64");
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

const base64Of = (bytes) => btoa(String.fromCharCode(...bytes));

function canonical(value) {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") {
    if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(value)) throw malformed("text");
    return JSON.stringify(value);
  }
  if (typeof value === "number") {
    if (Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 1e21) throw malformed("number");
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  return `{${Object.keys(value).sort().map((key) => `${canonical(key)}:${canonical(value[key])}`).join(",")}}`;
}

function parseCanonical(bytes) {
  const text = textOf(bytes);
  let value, again;
  try {
    value = JSON.parse(text);
    again = canonical(value);
  } catch {
    throw malformed("JSON");
  }
  if (again !== text) throw malformed("JSON in another spelling");
  return value;
}

// exactly these fields: "string", "number", "object", "array", "map" (of strings to arrays); a ? marks one that may be absent
function shaped(value, fields) {
  const kind = (v) => (Array.isArray(v) ? "array" : v === null ? "null" : typeof v);
  if (kind(value) !== "object") throw malformed("not an object");
  for (const key of Object.keys(value)) if (!(key in fields)) throw malformed(`unknown field ${key}`);
  for (const [key, wanted] of Object.entries(fields)) {
    const optional = wanted.endsWith("?");
    if (optional && !(key in value)) continue;
    if (kind(value[key]) !== wanted.replace("?", "") || (optional && value[key] === "")) throw malformed(`field ${key}`);
    if (wanted === "number" && !(Number.isSafeInteger(value[key]) && value[key] >= 0)) throw malformed(`field ${key}`);
  }
  return value;
}

const validName = (name) => name !== "" && !name.includes("+") && !/[\s\u0000-\u001f]/.test(name);

async function parseVkey(text) {
  const bad = new Invalid("key_malformed", "日志公钥格式不对，可能被改动过", "the log key is out of form");
  const [name, id, ...rest] = text.split("+");
  let raw;
  try {
    raw = bytesOfBase64(rest.join("+"));
  } catch {
    throw bad;
  }
  if (raw.length !== 33 || raw[0] !== 1 || !validName(name)) throw bad;
  const keyId = (await sha256(utf8.encode(`${name}\n`), raw)).subarray(0, 4);
  if (hexOf(keyId) !== id) throw bad;
  return { name, keyId, publicKey: raw.subarray(1), text, fingerprint: hexOf(await sha256(utf8.encode(text))) };
}

let ed25519Missing = false;

async function ed25519Verify(publicKey, signature, message) {
  let key;
  try {
    key = await crypto.subtle.importKey("raw", publicKey, { name: "Ed25519" }, false, ["verify"]);
  } catch (error) {
    if (error.name !== "NotSupportedError" && error.name !== "SyntaxError") return false;
    ed25519Missing = true; // said plainly on the page; the verdict is then never "whole"
    return true;
  }
  return crypto.subtle.verify({ name: "Ed25519" }, key, signature, message);
}

async function openCheckpoint(raw, key) {
  const bad = (what) => new Invalid("checkpoint_malformed", "检查点格式不对", `not a checkpoint: ${what}`);
  const whole = textOf(raw);
  const cut = whole.lastIndexOf("\n\n");
  if (cut < 0) throw bad("no signature");
  const text = whole.slice(0, cut + 1), lines = text.split("\n");
  const signed = /^— (\S+) (\S+)\n$/.exec(whole.slice(cut + 2));
  if (!signed) throw bad("not exactly one signature");
  if (lines.length < 4 || lines.slice(0, -1).includes("") || /[\u0000-\u0009\u000b-\u001f]/.test(text)) throw bad("lines");
  const [origin, size, root] = lines;
  const signature = bytesOfBase64(signed[2]);
  if (!/^(0|[1-9]\d{0,15})$/.test(size)) throw bad("size");
  const head = { origin, size: Number(size), root: bytesOfBase64(root) };
  if (head.root.length !== 32 || !Number.isSafeInteger(head.size)) throw bad("root or size");
  if (signed[1] !== key.name || hexOf(signature.subarray(0, 4)) !== hexOf(key.keyId))
    throw new Invalid("signature_missing", "没有该日志密钥的签名", "no signature by the expected key");
  if (signature.length !== 68 || !(await ed25519Verify(key.publicKey, signature.subarray(4), utf8.encode(text))))
    throw new Invalid("signature_invalid", "签名不成立", `the signature of ${key.name} does not verify`);
  if (origin !== key.name) throw new Invalid("origin_mismatch", "检查点不属于这个日志", "another log's checkpoint");
  return head;
}

function parseTlogProof(raw) {
  const bad = (what) => new Invalid("proof_malformed", "存证证明格式不对", `not a tlog-proof: ${what}`);
  const text = textOf(raw), cut = text.indexOf("\n\n");
  if (cut < 0) throw bad("no blank line");
  const lines = text.slice(0, cut).split("\n");
  if (lines.shift() !== "c2sp.org/tlog-proof@v1") throw bad("the first line");
  let extra = new Uint8Array();
  if (lines[0]?.startsWith("extra ")) {
    extra = bytesOfBase64(lines.shift().slice(6));
    if (!extra.length) throw bad("empty extra data");
  }
  const index = /^index (0|[1-9]\d{0,15})$/.exec(lines.shift() ?? "");
  if (!index || lines.length > 63) throw bad("the index");
  const hashes = lines.map(bytesOfBase64);
  if (hashes.some((hash) => hash.length !== 32)) throw bad("a hash");
  return { index: Number(index[1]), hashes, extra, checkpoint: utf8.encode(text.slice(cut + 2)) };
}

const leafHash = (data) => sha256(new Uint8Array([0]), data);
const nodeHash = (left, right) => sha256(new Uint8Array([1]), left, right);
const odd = (n) => n % 2 === 1; // sizes may pass 2^32, where & would not do
const half = (n) => Math.floor(n / 2);

async function verifyInclusion(index, size, leaf, proof, root) {
  if (!(index >= 0 && index < size)) return false;
  let first = index, last = size - 1, computed = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (odd(first) || first === last) {
      computed = await nodeHash(sibling, computed);
      while (!odd(first) && first) [first, last] = [half(first), half(last)];
    } else computed = await nodeHash(computed, sibling);
    [first, last] = [half(first), half(last)];
  }
  return last === 0 && same(computed, root);
}

async function verifyConsistency(size1, size2, proof, root1, root2) {
  if (!(size1 > 0 && size1 <= size2)) return false;
  let first = 0, second = size1 - 1, last = size2 - 1;
  while (first !== second && (second === last || odd(second))) [second, last] = [half(second), half(last)];
  const rest = [...proof];
  let ofOld = first === second ? root1 : rest.shift();
  if (!ofOld) return false;
  let ofNew = ofOld;
  for (const sibling of rest) {
    if (last === 0) return false;
    if (odd(second) || second === last) {
      if (first < second) ofOld = await nodeHash(sibling, ofOld);
      ofNew = await nodeHash(sibling, ofNew);
      while (!odd(second)) [second, last] = [half(second), half(last)];
    } else ofNew = await nodeHash(ofNew, sibling);
    [second, last] = [half(second), half(last)];
  }
  return last === 0 && same(ofOld, root1) && same(ofNew, root2);
}
