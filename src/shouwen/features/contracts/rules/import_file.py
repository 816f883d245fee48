"""Reading a file of contracts signed elsewhere: its encoding, and its rows one by one, from any row's beginning on.

Works on blocks of bytes, so that a file of a million rows is never held as objects.
"""

import codecs
import csv
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Literal, NoReturn

from msgspec import Struct

from shouwen.kernel.errors import BadInput

ImportFormat = Literal["csv", "json"]
Encoding = Literal["utf-8", "gb18030"]
Blocks = Callable[[], Iterable[bytes]]
MOST_ROWS = 1_000_000
MOST_ROW_BYTES = 64 * 1024
BOM = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = ",\t;"


class FileRow(Struct, frozen=True):
    """One record: where it begins (1-based line in CSV, ordinal in JSON) and the byte after it.

    `cells` by column; None where the record itself cannot be read, and `fault` says why.
    """

    line: int
    next_offset: int
    next_line: int
    cells: dict[str, object] | None
    fault: str = ""


class Header(Struct, frozen=True):
    """The first record of a CSV file: its columns, how they are separated, and where the rows begin."""

    columns: tuple[str, ...]
    delimiter: str
    offset: int
    line: int


class Written(str):
    """A JSON number as it stood in the file: never a float."""

    __slots__ = ()


def detect_encoding(blocks: Blocks) -> Encoding:
    """UTF-8, with or without a byte order mark, else GB18030 (GBK, GB 2312); BadInput names the line that is neither.

    A file that is Chinese UTF-8 up to a broken byte is not taken for GB18030, where its text would turn to nonsense.
    """
    first = next(iter(blocks()), b"")
    if first.startswith(_UTF_16):
        _refuse("文件是 UTF-16 编码", "the file is UTF-16", "请在表格软件中另存为“CSV UTF-8”")
    fault_line, chinese = _first_fault(blocks(), "utf-8")
    if fault_line is None:
        return "utf-8"
    if not chinese:
        other_line, _ = _first_fault(blocks(), "gb18030")
        if other_line is None:
            return "gb18030"
    _refuse(
        f"第 {fault_line} 行有无法识别的字节，文件既不是完整的 UTF-8，也不是 GBK",
        f"line {fault_line} is neither UTF-8 nor GBK",
        "请在表格软件中另存为“CSV UTF-8”后再导入",
    )


def _first_fault(blocks: Iterable[bytes], encoding: Encoding) -> tuple[int | None, bool]:
    """The line of the first byte that does not decode (None: all do), and whether Chinese came before it."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line, chinese = 1, False
    try:
        for block in blocks:
            text = decoder.decode(block)
            line += block.count(b"\n")
            chinese = chinese or (not text.isascii() and any("\u4e00" <= sign <= "\u9fff" for sign in text))
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        good = error.object[: error.start].decode(encoding, "ignore")
        chinese = chinese or any("\u4e00" <= sign <= "\u9fff" for sign in good)
        return line + error.object.count(b"\n", 0, error.start), chinese
    return None, chinese


def lines_of(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Physical lines with their ends, which may be mixed: LF, CRLF, CR. BadInput beyond 64 KB without an end."""
    rest = b""
    for block in blocks:
        rest += block
        held = rest.endswith(b"\r")  # its LF may come with the next block
        lines = (rest[:-1] if held else rest).splitlines(keepends=True)
        last = lines.pop() if lines and not lines[-1].endswith((b"\n", b"\r")) else b""
        yield from lines
        rest = last + (b"\r" if held else b"")
        if len(rest) > MOST_ROW_BYTES:
            _refuse("有一行超过 64 KB", "a line is longer than 64 KB", "请确认这是合同清单，每行一份合同")
    yield from rest.splitlines(keepends=True)


def read_header(blocks: Blocks, encoding: Encoding, known: dict[str, str], required: Iterable[str]) -> Header:
    """The columns of a CSV file by their code names; BadInput where one is unknown, missing or there twice."""
    for line in lines_of(blocks()):
        text = line.removeprefix(BOM).decode(encoding).strip("\r\n")
        found = [(d, next(csv.reader([text], delimiter=d), [])) for d in _DELIMITERS]
        delimiter, cells = max(found, key=lambda each: sum(cell.strip() in known for cell in each[1]))
        check_columns([cell.strip() for cell in cells], known, required)
        return Header(tuple(known[cell.strip()] for cell in cells), delimiter, len(line), 2)
    _refuse("文件是空的", "the file is empty", "第一行写列名，下面每行一份合同")


def check_columns(names: list[str], known: dict[str, str], required: Iterable[str]) -> None:
    """BadInput naming the first unknown, doubled or missing column."""
    unknown = [name for name in names if name not in known]
    if unknown:
        shown = unknown[0][:40] or "（空白）"
        _refuse(f"不认识的列：{shown}", f"unknown column {shown}", f"可用的列：{'、'.join(known)}；不需要的列请删去")
    codes = [known[name] for name in names]
    doubled = next((code for code in codes if codes.count(code) > 1), None)
    if doubled is not None:
        _refuse(f"列 {doubled} 出现了两次", f"column {doubled} is there twice", "请删去重复的列")
    missing = [name for name in required if name not in codes]
    if missing:
        _refuse(f"缺少列：{'、'.join(missing)}", f"columns missing: {', '.join(missing)}", "请补上这些列再导入")


def csv_rows(blocks: Iterable[bytes], encoding: Encoding, header: Header, offset: int, line: int) -> Iterator[FileRow]:
    """The records from `offset` on, where line `line` begins; blank ones are passed over."""
    feed = _Feed(lines_of(blocks), encoding, offset, line)
    reader = csv.reader(feed, delimiter=header.delimiter, strict=True)
    while True:
        begins = feed.line
        feed.taken_bytes = 0
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield FileRow(begins, feed.offset, feed.line, None, "引号没有成对")
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header.columns):
            fault = f"有 {len(cells)} 格，表头有 {len(header.columns)} 列"
            yield FileRow(begins, feed.offset, feed.line, None, fault)
            continue
        yield FileRow(begins, feed.offset, feed.line, dict(zip(header.columns, cells, strict=True)))


class _Feed:
    """Lines for a csv reader, which takes exactly those of one record: so the byte after it is known."""

    def __init__(self, lines: Iterator[bytes], encoding: Encoding, offset: int, line: int) -> None:
        self._lines, self._encoding = lines, encoding
        self.offset, self.line, self.taken_bytes = offset, line, 0

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        raw = next(self._lines)
        begins = self.offset
        self.offset += len(raw)
        self.line += 1
        self.taken_bytes += len(raw)
        if self.taken_bytes > MOST_ROW_BYTES:
            _refuse(
                f"第 {self.line - 1} 行之前有一条记录超过 64 KB，多半是引号没有成对",
                f"a record before line {self.line - 1} is longer than 64 KB: a quote is not closed",
                "请检查这一行附近的双引号",
            )
        text = (raw.removeprefix(BOM) if begins == 0 else raw).decode(self._encoding)
        return text.rstrip("\r\n") + "\n"


def json_rows(blocks: Iterable[bytes], encoding: Encoding, offset: int, ordinal: int) -> Iterator[FileRow]:
    """The objects of a JSON array, or one a line, from `offset` on; `ordinal` is the number of the next one.

    BadInput where the text is no JSON: what follows cannot be told apart any more.
    """
    decoder = json.JSONDecoder(parse_float=Written, parse_int=Written, parse_constant=_no_constant)
    text = _Window(blocks, encoding)
    from_start, array = offset == 0, False
    if from_start:
        offset += text.skip("\ufeff", 1)
        offset += text.skip(" \t\r\n")
        array = text.starts("[")
        offset += text.skip("[", 1)
    while True:
        offset += text.skip(" \t\r\n")
        offset += text.skip(",", 1)
        offset += text.skip(" \t\r\n")
        if text.at_end() or text.starts("]"):
            if from_start and (array != (text.skip("]", 1) > 0) or not text.ends()):
                _refuse("JSON 列表没有正确地结束", "the JSON list does not end as it should", "请检查文件是否完整")
            return
        value, used = text.take(decoder, ordinal)
        offset += used
        if isinstance(value, dict):
            yield FileRow(ordinal, offset, ordinal + 1, value)
        else:
            yield FileRow(ordinal, offset, ordinal + 1, None, "不是一个对象")
        ordinal += 1


class _Window:
    """The part of a text that is being read: grows by blocks, forgets what was taken."""

    def __init__(self, blocks: Iterable[bytes], encoding: Encoding) -> None:
        self._blocks = iter(blocks)
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._encoding = encoding
        self._text, self._at = "", 0

    def _grow(self) -> bool:
        for block in self._blocks:
            self._text, self._at = self._text[self._at :] + self._decoder.decode(block), 0
            return True
        return False

    def skip(self, signs: str, most: int = 1 << 30) -> int:
        """Pass over any of these signs; how many bytes they were."""
        used = 0
        while not self.at_end() and self._text[self._at] in signs and most:
            used += len(self._text[self._at].encode(self._encoding))
            self._at += 1
            most -= 1
        return used

    def starts(self, sign: str) -> bool:
        """Whether the next sign is this one."""
        return not self.at_end() and self._text[self._at] == sign

    def at_end(self) -> bool:
        """Whether nothing is left."""
        while self._at >= len(self._text):
            if not self._grow():
                return True
        return False

    def ends(self) -> bool:
        """Whether only white space is left."""
        self.skip(" \t\r\n")
        return self.at_end()

    def take(self, decoder: json.JSONDecoder, ordinal: int) -> tuple[object, int]:
        """The next value, and how many bytes it was."""
        while True:
            try:
                value, end = decoder.raw_decode(self._text, self._at)
            except (ValueError, RecursionError):
                if len(self._text) - self._at <= MOST_ROW_BYTES and self._grow():
                    continue
                _refuse(
                    f"第 {ordinal} 条不是正确的 JSON，或超过 64 KB",
                    f"item {ordinal} is not JSON, or longer than 64 KB",
                    "请用工具检查 JSON，改好后再导入；整个文件没有导入",
                )
            if end == len(self._text) and isinstance(value, str) and self._grow():
                continue  # a number may go on in the next block
            used = len(self._text[self._at : end].encode(self._encoding))
            self._at = end
            return value, used


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _refuse(zh: str, en: str, remedy_zh: str) -> NoReturn:
    raise BadInput("content", zh, en, remedy_zh=remedy_zh, remedy_en="mend the file, then send it again")
