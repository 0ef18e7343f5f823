// Takes the documentation's pictures from the built site, so that they show what is there: `make pictures` after a
// change that one can see. Writes docs/images. Not a test: it judges nothing.

import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { root } from "../../tools/build/site.mjs";
import { serveFolder } from "../../tools/serve/static.mjs";
import { launchBrowser } from "./harness/browser.mjs";
import { CarrelPage } from "./harness/page.mjs";

const images = join(root, "docs", "images");
const LIMIT_MS = 240_000;

let nextId = 0;
function cell(kind, source, rest) {
  nextId += 1;
  return { cell_type: kind, id: `tour-${nextId}`, metadata: {}, source, ...rest };
}
function markdown(source) {
  return cell("markdown", source, {});
}
function code(source) {
  return cell("code", source, { outputs: [], execution_count: null });
}

/** A small notebook that shows a bit of everything. */
const tour = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: {},
  cells: [
    markdown("# Fitting a curve\nA network with one hidden layer learns $y = \\sin 3x$ from noisy points. It trains on **your own GPU** when there is one."),
    code(`import torch
from torch import nn

device = torch.accelerator.current_accelerator() or torch.device("cpu")
torch.manual_seed(1)
x = torch.linspace(-1, 1, 256).unsqueeze(1).to(device)
y = torch.sin(3 * x) + 0.05 * torch.randn(256, 1).to(device)
print("training on", device)`),
    code(`model = nn.Sequential(nn.Linear(1, 64), nn.Tanh(), nn.Linear(64, 1)).to(device)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for step in range(1, 301):
    loss = nn.functional.mse_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 100 == 0:
        print(f"step {step}  loss {loss.item():.4f}")
model`),
    code(`from IPython.display import SVG

with torch.no_grad():
    curve = model(x)
place = lambda a, b: [(150 * (p + 1.05), 100 - 80 * q) for p, q in zip(a.flatten().tolist(), b.flatten().tolist())]
dots = "".join(f'<circle cx="{a:.1f}" cy="{b:.1f}" r="2.4" fill="#c8a24a" opacity=".6"/>' for a, b in place(x, y)[::3])
line = " ".join(f"{a:.1f},{b:.1f}" for a, b in place(x, curve))
SVG(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 315 200" width="520">{dots}<polyline points="{line}" fill="none" stroke="#1e6b52" stroke-width="3"/></svg>')`),
    code(`torch.ones(2, 3) @ torch.ones(2, 3)`),
  ],
};

/** What is being written, looked at, and moved: one notebook for the pictures of the helpers. */
const helpers = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: {},
  cells: [
    code(`import torch
from torch import nn

layer = nn.Conv2d(3, 8, kernel_size=3)
batch = torch.randn(16, 3, 32, 32)
rows = torch.linspace(-3, 3, 48)
ripple = torch.sin(rows[:, None] ** 2 + rows ** 2)
settings = {"learning rate": 0.01, "epochs": 5}`),
    code(`from ipywidgets import interact

@interact(kernel=(1, 9, 2), padding=["valid", "same"])
def size_after(kernel=3, padding="valid"):
    result = nn.Conv2d(3, 8, kernel, padding=padding)(batch)
    print(tuple(batch.shape), "->", tuple(result.shape))`),
    code(""),
  ],
};

async function take(page, name) {
  // Fonts, editors and output frames settle.
  await page.page.waitForTimeout(1200);
  await page.page.screenshot({ path: join(images, `${name}.png`) });
  console.log(`docs/images/${name}.png`);
}

mkdirSync(images, { recursive: true });
const server = await serveFolder({ folder: join(root, "dist") });
const browser = await launchBrowser();

async function open(options) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(LIMIT_MS);
  const page = new CarrelPage(await context.newPage(), { url: server.url, screenshots: images });
  await page.goto();
  return page;
}

try {
  const page = await open({ colorScheme: "light" });
  await page.open(tour, { name: "Fitting a curve.ipynb" });
  await page.runAll();
  await page.page.evaluate(() => scrollTo(0, 0));
  await take(page, "notebook");
  await page.cell(3).scrollIntoViewIfNeeded();
  await page.page.mouse.wheel(0, 2000);
  await take(page, "outputs");
  await page.page.emulateMedia({ colorScheme: "dark" });
  await take(page, "dark");
  await page.page.emulateMedia({ colorScheme: "light" });
  await page.page.goto(server.url);
  await page.untilUsable();
  await take(page, "start");

  await page.open(helpers, { name: "Looking closer.ipynb" });
  await page.runAll();
  await page.editor(2).click();
  await page.page.keyboard.type("batch.me", { delay: 60 });
  await page.page.getByRole("listbox").waitFor();
  await page.press("ArrowDown");
  await take(page, "completion");
  await page.press("Escape");
  await page.press("Escape");
  await page.press("Shift+I");
  await page.inspectorLine("ripple").waitFor();
  await page.lookAt("ripple");
  await page.button("Heat map").click();
  await take(page, "heat-map");

  const phone = await open({ colorScheme: "light", viewport: { width: 390, height: 780 } });
  await phone.open(tour, { name: "Fitting a curve.ipynb" });
  await take(phone, "narrow");
} finally {
  await browser.close();
  await server.close();
}
