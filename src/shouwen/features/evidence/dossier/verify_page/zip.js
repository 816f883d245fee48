// The zip in its one form: stored entries, in order, fixed dates and flags. Nothing is ever decompressed.
// Reads leniently (by the directory, else by walking) so that damage can be named, then compares every frame byte.

const ZIP = "(zip)";
const LOCAL_BYTES = 30, CENTRAL_BYTES = 46, END_BYTES = 22;
const NAME_ALLOWED = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n;
});

function crc32(bytes) {
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) crc = CRC_TABLE[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}

function problem(path, code, zh, en) {
  return { path, code, zh, en };
}

function openZip(bytes) {
  const slots = readCentral(bytes) ?? readLocal(bytes);
  if (!slots.length) {
    const packed = bytes[0] === 0x50 && bytes[1] === 0x4b;
    return { slots, problems: [packed
      ? problem(ZIP, "repacked", "压缩包被重新打包或严重损坏，请使用下载时的原始文件", "packed again or badly damaged; use the file as downloaded")
      : problem(ZIP, "not_a_zip", "这不是证据包（不是 zip 文件）", "not a dossier: not a zip file")] };
  }
  return { slots, problems: [...nameProblems(slots), ...frameProblems(bytes, slots)] };
}

function viewOf(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function readCentral(bytes) {
  const view = viewOf(bytes), end = bytes.length - END_BYTES;
  if (end < 0 || view.getUint32(end, true) !== 0x06054b50) return null;
  let at = view.getUint32(end + 16, true), expected = 0;
  if (at + view.getUint32(end + 12, true) !== end) return null;
  const slots = [];
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    if (at + CENTRAL_BYTES > end || view.getUint32(at, true) !== 0x02014b50) return null;
    const size = view.getUint32(at + 24, true), nameBytes = view.getUint16(at + 28, true);
    const stored = view.getUint16(at + 10, true) === 0 && view.getUint32(at + 20, true) === size;
    if (!stored || view.getUint32(at + 42, true) !== expected) return null;
    if (expected + 4 > bytes.length || view.getUint32(expected, true) !== 0x04034b50) return null;
    const start = expected + LOCAL_BYTES + nameBytes;
    const nameAt = at + CENTRAL_BYTES;
    slots.push(slotOf(bytes.subarray(nameAt, nameAt + nameBytes), start, size));
    expected = start + size;
    if (expected > bytes.length) return null;
    at = nameAt + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return slots;
}

function readLocal(bytes) {
  const view = viewOf(bytes), slots = [];
  let at = 0;
  while (at + LOCAL_BYTES <= bytes.length && view.getUint32(at, true) === 0x04034b50) {
    const size = view.getUint32(at + 22, true), nameBytes = view.getUint16(at + 26, true);
    const nameAt = at + LOCAL_BYTES, start = nameAt + nameBytes + view.getUint16(at + 28, true);
    const stored = view.getUint16(at + 8, true) === 0 && view.getUint32(at + 18, true) === size;
    if (!stored || start + size > bytes.length) break;
    slots.push(slotOf(bytes.subarray(nameAt, nameAt + nameBytes), start, size));
    at = start + size;
  }
  return slots;
}

function slotOf(rawName, at, size) {
  return { rawName, name: new TextDecoder().decode(rawName), at, size };
}

function nameProblems(slots) {
  const found = [], seen = new Set();
  slots.forEach((slot, i) => {
    const lower = slot.name.toLowerCase();
    if (slot.name.length > 200 || !NAME_ALLOWED.test(slot.name))
      found.push(problem(slot.name, "name_not_allowed", "文件名不被允许", "this name is not allowed"));
    if (seen.has(lower)) found.push(problem(slot.name, "doubled", "同名文件出现了两次", "this name appears twice"));
    seen.add(lower);
    if (i && slots[i - 1].name > slot.name)
      found.push(problem(ZIP, "out_of_order", "文件次序被改动过", "the files are out of order"));
  });
  return found;
}

function frameProblems(bytes, slots) {
  const found = [], records = [];
  let at = 0;
  for (const slot of slots) {
    const crc = crc32(bytes.subarray(slot.at, slot.at + slot.size));
    const header = localHeader(slot, crc);
    if (slot.at !== at + header.length || !same(bytes.subarray(at, slot.at), header)) found.push(damaged(slot.name));
    records.push(centralRecord(slot, crc, at));
    at = slot.at + slot.size;
  }
  const centralAt = at;
  records.forEach((record, i) => {
    if (!same(bytes.subarray(at, at + record.length), record)) found.push(damaged(slots[i].name));
    at += record.length;
  });
  const end = packed(END_BYTES, [[4, 0x06054b50], [2, 0], [2, 0], [2, slots.length], [2, slots.length],
    [4, at - centralAt], [4, centralAt], [2, 0]], new Uint8Array());
  if (!same(bytes.subarray(at), end)) found.push(damaged(ZIP));
  return found;
}

function localHeader(slot, crc) {
  return packed(LOCAL_BYTES, [[4, 0x04034b50], [2, 20], [2, 0x800], [2, 0], [2, 0], [2, 0x21], [4, crc],
    [4, slot.size], [4, slot.size], [2, slot.rawName.length], [2, 0]], slot.rawName);
}

function centralRecord(slot, crc, at) {
  return packed(CENTRAL_BYTES, [[4, 0x02014b50], [2, 0x314], [2, 20], [2, 0x800], [2, 0], [2, 0], [2, 0x21], [4, crc],
    [4, slot.size], [4, slot.size], [2, slot.rawName.length], [2, 0], [2, 0], [2, 0], [2, 0],
    [4, 0o100644 * 65536], [4, at]], slot.rawName);
}

function packed(length, fields, tail) {
  const out = new Uint8Array(length + tail.length), view = viewOf(out);
  let at = 0;
  for (const [width, value] of fields) {
    if (width === 4) view.setUint32(at, value, true);
    else view.setUint16(at, value, true);
    at += width;
  }
  out.set(tail, length);
  return out;
}

function same(left, right) {
  return left.length === right.length && left.every((byte, i) => byte === right[i]);
}

function damaged(path) {
  const where = path === ZIP ? "文件末尾" : "这个文件的压缩包记录";
  return problem(path, "container_damaged", `${where}被改动过或损坏`, "its zip record was changed or damaged");
}
