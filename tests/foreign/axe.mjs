// Opens each HTML report in Chromium as a reader would, light and dark, on a desk, a phone and paper, and lets axe-core look for what keeps
// people out. Also holds the page to what it promises: nothing from outside, no script, no word on the console, nothing wider than a phone.
import { createRequire } from 'node:module';
import { readFileSync, existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
if (!executablePath) throw new Error('there is no Chromium: apt-get install chromium');

const views = [
  { name: 'desk, light', colorScheme: 'light', viewport: { width: 1280, height: 900 } },
  { name: 'desk, dark', colorScheme: 'dark', viewport: { width: 1280, height: 900 } },
  { name: 'phone, light', colorScheme: 'light', viewport: { width: 360, height: 740 } },
  { name: 'phone, dark', colorScheme: 'dark', viewport: { width: 360, height: 740 } },
];
const troubles = [];
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const browser = await chromium.launch({ executablePath, args: flags });

async function visit(file, { colorScheme, viewport }, bypassCSP, look) {
  const context = await browser.newContext({ bypassCSP, colorScheme, viewport });
  const page = await context.newPage();
  const said = [];
  page.on('request', (request) => { if (!/^(file|data):/.test(request.url())) said.push(`asks for ${request.url()}`); });
  page.on('console', (message) => said.push(`says ${message.text()}`));
  page.on('pageerror', (error) => said.push(`throws ${error.message}`));
  await page.goto(pathToFileURL(file).href);
  await look(page, said);
  await context.close();
  return said;
}

for (const [at, file] of process.argv.slice(2).entries()) {
  // The first in every view; the others, of which the same template makes the same page, in one.
  for (const view of at === 0 ? views : [views[at % views.length]]) {
    // As it is: its own policy in force.
    const said = await visit(file, view, false, async (page, said) => {
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      if (width > view.viewport.width) said.push(`is ${width} pixels wide`);
      const scripts = await page.locator('script, iframe, object, embed, form, [onclick], [onload], [onerror]').count();
      if (scripts > 0) said.push(`holds ${scripts} elements that could run`);
    });
    // As axe needs it: with every fold open, and a policy that lets axe in.
    said.push(...await visit(file, view, true, async (page, said) => {
      await page.evaluate(() => document.querySelectorAll('details').forEach((one) => { one.open = true; }));
      await page.evaluate(axe);
      const found = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
      if (found.passes.length < 10) said.push(`axe looked at nothing: ${found.passes.length} rules passed`);
      for (const { id, help, nodes } of found.violations) {
        const one = nodes[0];
        said.push(`${id}: ${help}, ${nodes.length} times, such as ${one.html.slice(0, 160)} ${one.failureSummary.replace(/\s+/g, ' ')}`);
      }
    }));
    troubles.push(...said.map((words) => `${file} (${view.name}) ${words}`));
  }
}
await browser.close();
troubles.forEach((words) => console.error(words));
process.exit(troubles.length > 0 ? 1 : 0);
