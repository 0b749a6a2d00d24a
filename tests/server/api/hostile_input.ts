/**
 * What people who mean harm send, and programs gone wrong: texts, values, bodies, parts of addresses.
 */

/** Texts that have broken programs. */
export const TEXTS = [
  ...["", " ", "\0", "a\0b", "\n", "\r\nSet-Cookie: a=b", "\u2028", "\ufeff", "\ufffd", "\u202e", "\ud83d\ude00"],
  ...["__proto__", "constructor", "toString", "hasOwnProperty", "null", "undefined", "NaN", "Infinity", "true"],
  ...["' or 1=1 --", "'; drop table usage; --", '"; delete from users', "%' or '%'='", "\\", "\\'", "$1", "?", "$$"],
  ...["../../etc/passwd", "..\\..\\windows", "/etc/passwd", "file:///etc/passwd", "C:\\", "~", ".", "..", "*", "a*b"],
  ...["{{7*7}}", "${7*7}", "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "%s%n", "%00", "%2e%2e%2f"],
  ...["1e400", "-1e400", "1e-400", "0x10", "9".repeat(400), "-0", "0.1e1", "1_000", "１２", "9007199254740993"],
  ...["9223372036854775808", "-9223372036854775809", "275760-09-14", "+275760-09-13T00:00:00Z", "0000-00-00"],
  ...["9999-12-31T23:59:59Z", "0001-01-01", "2026-02-30", "2026-01-01T25:00:00Z", "99999999999d", "0d", "-1d"],
  ...["Etc/GMT+99", "../UTC", "Europe/Atlantis", "tag:", "tag:=", "=", "a=", "=b", ",", ",,,", "model,model"],
  ...["a".repeat(1025), "\u{1F600}".repeat(600), "a=".repeat(500), "e\u0301".repeat(300)],
];

/** Values of JSON that no field expects. */
export const VALUES: readonly unknown[] = [
  ...[null, true, 0, -1, 0.5, 1e308, -1e308, 5e-324, 2 ** 53, -(2 ** 53), 1e21, [], {}, [[]], [null], [{}]],
  { toString: 1, valueOf: null, length: -1 },
  JSON.parse('{"__proto__":{"is_super_admin":true}}'),
  Array.from({ length: 1_001 }, () => 1),
  Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`k${at}`, at])),
  nest(31),
  "\ud800",
  "\udc00\ud800",
];

/** Bodies that are no JSON, or no JSON that anybody means. */
export const BODIES: readonly (string | Uint8Array<ArrayBuffer>)[] = [
  ...[
    "",
    " ",
    "{",
    "}",
    "[",
    '"',
    "nul",
    "NaN",
    "Infinity",
    "-",
    "1e400",
    "-1e400",
    "{'a':1}",
    "{a:1}",
    "[1,]",
    '{"a":1,}',
  ],
  ...[
    "// comment\n{}",
    "\ufeff{}",
    '{"model":"a"}{"model":"b"}',
    '{"model":"a","model":"b"}',
    "undefined",
    "0".repeat(9),
  ],
  ...[
    '{"input_tokens":1e400,"model":"gpt-4o"}',
    '{"input_tokens":1E+99999,"model":"gpt-4o"}',
    '"\\ud800"',
    '"\\u0000"',
  ],
  ...[`${"9".repeat(10_000)}`, `{"input_tokens":${"9".repeat(5_000)}}`, `{"a":"${"\\u0000".repeat(1_000)}"}`],
  ...['{"__proto__":{"a":1},"constructor":{"prototype":{"a":1}}}', `{"model":"gpt-4o","${"k".repeat(5_000)}":1}`],
  "[".repeat(100_000),
  "[".repeat(600) + "]".repeat(600),
  '{"a":'.repeat(5_000),
  JSON.stringify({ model: "gpt-4o", deep: nest(400) }),
  new Uint8Array([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]),
  new Uint8Array([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]),
  new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22]),
  new Uint8Array([0xc0, 0x80]),
  new Uint8Array(1_000),
];

/** Parts of an address as they go over the wire. */
export const ADDRESS_PARTS = [
  ...[
    "%",
    "%zz",
    "%ff",
    "%c3%28",
    "%00",
    "%0d%0aX-Evil:1",
    "%2e%2e",
    "%2f",
    "..%2f..%2f",
    "%5c",
    "%25",
    "%u0041",
    "+",
    ";a=b",
  ],
  ...["%f0%9f%98%80", "%ed%a0%80", "a%00b", "%3Cscript%3E", "%27%20or%201=1", "x".repeat(300), "%41".repeat(100)],
];

/** Kinds of bodies that no operation takes. */
export const WRONG_TYPES = [
  ...[
    "text/plain",
    "application/xml",
    "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded",
    "",
    "*/*",
  ],
  ...[
    "application/json; charset=utf-16",
    "application/json;;;;",
    `application/${"x".repeat(5_000)}`,
    "application/jsonp",
  ],
];

/** An array in an array, so many times. */
function nest(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = [value];
  return value;
}
