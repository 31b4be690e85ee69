// Lighthouse over pages: reads the browser's path and pages (name, address, cookie), writes by name what it found.
import { readFileSync } from "node:fs";
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const { chromePath, flags, pages } = JSON.parse(readFileSync(0, "utf8"));
const chrome = await launch({ chromePath, chromeFlags: flags });
const options = {
  port: chrome.port,
  logLevel: "error",
  onlyCategories: ["accessibility", "best-practices", "performance"],
  formFactor: "desktop",
  screenEmulation: { mobile: false, width: 1280, height: 900, deviceScaleFactor: 1, disabled: false },
  disableFullPageScreenshot: true,
};
const found = {};
for (const { name, url, cookie } of pages) {
  const { lhr } = await lighthouse(url, { ...options, extraHeaders: cookie ? { Cookie: cookie } : {} });
  const categories = Object.values(lhr.categories);
  const faults = categories
    .filter(({ id }) => id !== "performance")
    .flatMap(({ auditRefs }) => auditRefs.filter(({ weight }) => weight > 0).map(({ id }) => lhr.audits[id]))
    .filter(({ score }) => score !== null && score < 1);
  found[name] = {
    at: lhr.finalDisplayedUrl,
    scores: Object.fromEntries(categories.map(({ id, score }) => [id, Math.round(score * 100)])),
    faults: faults.map(({ id, details }) => `${id}: ${JSON.stringify(details?.items ?? []).slice(0, 600)}`),
    shift: lhr.audits["cumulative-layout-shift"].numericValue,
    requests: lhr.audits["network-requests"].details.items
      .map(({ url: address, transferSize, resourceSize }) => ({ url: address, transferSize, resourceSize })),
  };
}
await chrome.kill();
process.stdout.write(JSON.stringify(found));
