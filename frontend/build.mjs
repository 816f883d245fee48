// Bundles src and styles into the Python package under content-hashed names, with a manifest for `asset()`.
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, context } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const fonts = join(here, "node_modules/@expo-google-fonts/noto-sans-sc");
const out = join(here, "../src/shouwen/mount/static");

const manifestFile = join(out, "manifest.json");

function previous() {
  return existsSync(manifestFile) ? JSON.parse(readFileSync(manifestFile, "utf8")) : {};
}

/** A desk that is running still names the files of the build before: they stay until the next one. */
function clear(before, now) {
  const kept = new Set([...Object.values(before), ...Object.values(now), "fonts", basename(manifestFile)]);
  if (JSON.stringify(before) === JSON.stringify(now)) return;
  for (const name of readdirSync(out)) if (!kept.has(name)) rmSync(join(out, name), { recursive: true });
}

function write(files) {
  mkdirSync(join(out, "fonts"), { recursive: true });
  const before = previous();
  const manifest = {};
  for (const [name, bytes] of files) {
    const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 10);
    const dot = name.lastIndexOf(".");
    manifest[name] = `${name.slice(0, dot)}-${hash}${name.slice(dot)}`;
    writeFileSync(join(out, manifest[name]), bytes);
    console.log(`${manifest[name].padEnd(28)} ${bytes.length} B, ${gzipSync(bytes, { level: 9 }).length} B gzip`);
  }
  // documents are set with the whole font: rare names must not lose a character
  for (const weight of ["400Regular", "700Bold"]) {
    copyFileSync(join(fonts, weight, `NotoSansSC_${weight}.ttf`), join(out, "fonts", `NotoSansSC_${weight}.ttf`));
  }
  copyFileSync(join(fonts, "LICENSE_FONT"), join(out, "fonts", "LICENSE"));
  writeFileSync(`${manifestFile}.part`, `${JSON.stringify(manifest, null, 2)}\n`);
  renameSync(`${manifestFile}.part`, manifestFile);
  clear(before, manifest);
}

const settings = {
  entryPoints: [join(here, "src/desk.ts"), join(here, "src/portal.ts"), join(here, "styles/app.css")],
  outdir: "built",
  bundle: true,
  write: false,
  minify: true,
  format: "esm",
  target: ["es2021", "chrome100", "safari15.4"],
  legalComments: "none",
  charset: "utf8",
  logLevel: "warning",
  plugins: [
    {
      name: "write",
      setup(plugin) {
        plugin.onEnd((result) => {
          if (result.errors.length > 0) return;
          const built = result.outputFiles.map((file) => [basename(file.path), Buffer.from(file.contents)]);
          const still = readdirSync(join(here, "static")).map((name) => [name, readFileSync(join(here, "static", name))]);
          write([...built, ...still]);
        });
      },
    },
  ],
};

if (process.argv.includes("--watch")) {
  await (await context(settings)).watch();
} else {
  await build(settings);
}
