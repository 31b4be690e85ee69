// One style sheet, the scripts, fonts and images, as browsers get them: small, compressed, named by their content.
// Run by assets.py, which says what stands where; the file of names is written last, and what it does not name goes.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { transform } from "lightningcss";
import { PurgeCSS } from "purgecss";

const { stamp, words, uswds, styles, others, out } = JSON.parse(readFileSync(0, "utf8"));
// Browsers of 2022 and later; what they lack is said in their words.
const targets = { chrome: 100 << 16, edge: 100 << 16, firefox: 102 << 16, safari: (15 << 16) | (4 << 8) };
const names = {}, kept = new Set();

function keep(name, content) {
  writeFileSync(join(out, `${name}.new`), content);
  renameSync(join(out, `${name}.new`), join(out, name));
  kept.add(name);
}

function publish(source, content = readFileSync(source)) {
  const ending = extname(source), plain = basename(source, ending);
  const name = `${plain}.${createHash("sha256").update(content).digest("hex").slice(0, 12)}${ending}`;
  names[basename(source)] = name;
  keep(name, content);
  if ([".css", ".js", ".svg"].includes(ending)) {
    keep(`${name}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
    keep(`${name}.gz`, gzipSync(content, { level: 9 }));
  }
  return name;
}

// Beside the sheet stands what it names; both the design system and we name it as the design system's package lies.
const beside = { Url: (url) => ({ ...url, url: publish(resolve(dirname(uswds), url.url)) }) };
const minified = (code, visitor) =>
  transform({ filename: "cadre.css", code: Buffer.from(code), minify: true, targets, visitor }).code;

mkdirSync(out, { recursive: true });
const [purged] = await new PurgeCSS().purge({
  content: [{ raw: words.join(" "), extension: "html" }],
  css: [{ raw: readFileSync(uswds, "utf8") }],
  defaultExtractor: (content) => content.split(" "),
  // Elements: text of courses may have any.
  safelist: [/^[a-z][a-z0-9]*$/],
  keyframes: true,
});
// Its fonts are nine weights in three formats; ours are named in our own sheet.
const look = minified(purged.css, { Rule: { "font-face": () => [] } });
const own = styles.map((path) => readFileSync(path, "utf8")).join("\n");
publish("cadre.css", minified(`${look}\n${own}`, beside));
others.forEach((path) => publish(path));
keep("names.json", JSON.stringify({ stamp, names }, null, 1));
readdirSync(out).filter((name) => !kept.has(name)).forEach((name) => rmSync(join(out, name), { force: true }));
