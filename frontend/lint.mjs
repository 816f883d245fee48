// Refuses in templates what the content-security policy would block, and in scripts what would need unsafe-*.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const rules = [
  [/\sstyle\s*=/i, "style= attribute (use a class or an SVG attribute)"],
  [/\son[a-z]+\s*=/i, "inline event handler"],
  [/\shx-on[:-]/i, "hx-on needs eval"],
  [/<script(?![^>]*\ssrc=)/i, "inline script"],
  [/<style[\s>]/i, "inline style sheet"],
  [/javascript:/i, "javascript: address"],
  [/hx-(vals|headers)\s*=\s*["']js:/i, "js: values need eval"],
  [/hx-trigger\s*=\s*["'][^"']*\[/i, "trigger filters need eval"],
  [/\|\s*safe\b|\{%-?\s*autoescape\s+false/i, "escaping switched off"],
  [/(src|href|action)\s*=\s*["']https?:/i, "address of another site"],
];
const scriptRules = [
  [/\beval\(|new Function\(/, "eval"],
  [/setAttribute\(["'](style|on[a-z]+)["']/, "inline style or handler"],
  [/insertAdjacentHTML|\.innerHTML\s*=/, "markup from strings (use fragments.ts)"],
];

function* walk(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else yield path;
  }
}

let faults = 0;
function check(path, list) {
  readFileSync(path, "utf8").split("\n").forEach((line, index) => {
    for (const [pattern, why] of list) {
      if (pattern.test(line)) {
        faults += 1;
        console.error(`${relative(root, path)}:${index + 1}: ${why}`);
      }
    }
  });
}
for (const path of walk(join(root, "src/shouwen"))) if (path.endsWith(".html") && /templates|mount.pages/.test(path)) check(path, rules);
for (const path of walk(join(root, "frontend/src"))) if (path.endsWith(".ts")) check(path, scriptRules);
if (faults > 0) process.exit(1);
