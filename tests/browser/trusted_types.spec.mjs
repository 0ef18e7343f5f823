// The page demands trusted types: text does not become a script, nor markup that could run or load something, whoever in
// the page sets it. What the page writes itself passes.

import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { isHarmless } from "../../app/js/trusted_types.js";
import { useSite } from "./harness/site.mjs";

const HARMLESS = [
  "", "text", "a &lt; b > c \"quoted\"", "<p>a<br>b <span>c</span></p>\n", "<input disabled=\"\" type=\"checkbox\" checked=\"\"/>",
  "<a href=\"https://x.org/?a&amp;b\" rel=\"noopener noreferrer\" target=\"_blank\" title=\"a > b\">x</a>", "<a href=\"mailto:me@x.org\">x</a>",
  "<a href=\"#md-note\">1</a>", "<img src=\"data:image/png;base64,QUJD\" alt=\"onerror=alert(1)\">", "<td colspan=\"2\" align=\"left\">",
  "<path d=\"M0 0h24v24H0z\" fill=\"none\" stroke-width=\"1.5\" />", "<details open><summary>s</summary></details>", "<ol start=\"3\"><li>a</li></ol>",
];

const HARMFUL = [
  "<script>alert(1)</script>", "<ScRiPt src=\"x\">", "<img src=x onerror=alert(1)>", "<img src=\"x\" onerror=\"alert(1)\">", "<p ONCLICK=\"alert(1)\">",
  "<svg><script>alert(1)</script></svg>", "<a href=\"javascript:alert(1)\">", "<a href=\"java&#115;cript:alert(1)\">", "<a href=\" javascript:alert(1)\">",
  "<a href='javascript:alert(1)'>", "<a href=javascript:alert(1)>", "<iframe srcdoc=\"x\">", "<math><mtext></mtext></math>", "<p><!-- --><b>", "<![CDATA[x]]>",
  "<style>p{}</style>", "<link rel=\"stylesheet\" href=\"x\">", "<base href=\"https://evil.example/\">", "<meta http-equiv=\"refresh\" content=\"0\">",
  "<form action=\"https://evil.example/\">", "<button formaction=\"javascript:alert(1)\">", "<p/onclick=\"alert(1)\">", "<p title=\"unfinished>", "<p", "<",
  "<img src=\"data:image/svg+xml;base64,QUJD\">", "<img srcset=\"https://evil.example/x\">", "<use xlink:href=\"data:x\">", "<textarea><img title=\"</textarea>\">",
  "<template><script></script></template>", "<object data=\"x\">", "<embed src=\"x\">", "<animate onbegin=\"alert(1)\">", "<p a=\"1\"b=\"2\">",
];

describe("the policy of trusted types", () => {
  it("knows what the page sets from what it does not", () => {
    for (const html of HARMLESS) assert.ok(isHarmless(html), html);
    for (const html of HARMFUL) assert.ok(!isHarmless(html), html);
    assert.ok(isHarmless(`<img src="data:image/png;base64,${"A".repeat(20_000_000)}" alt="">`), "a picture of 15 MB");
  });
});

describe("a script that has got into the page", () => {
  const site = useSite();

  /** What sets text as code or markup; each must throw, or leave nothing that acts. */
  const attempts = {
    "innerHTML": "place.innerHTML = markup",
    "outerHTML": "place.append(document.createElement('p')); place.firstChild.outerHTML = markup",
    "insertAdjacentHTML": "place.insertAdjacentHTML('beforeend', markup)",
    "a fragment": "place.append(document.createRange().createContextualFragment(markup))",
    "DOMParser": "place.append(new DOMParser().parseFromString(markup, 'text/html').body)",
    "document.write": "const f = document.createElement('iframe'); place.append(f); f.contentDocument.write(markup)",
    "setHTMLUnsafe": "place.setHTMLUnsafe(markup)",
    "a frame's text": "const f = document.createElement('iframe'); f.srcdoc = markup; place.append(f)",
    "a script's text": "const s = document.createElement('script'); s.text = 'window.hit = 1'; place.append(s)",
    "a script's content": "const s = document.createElement('script'); s.textContent = 'window.hit = 1'; place.append(s)",
    "a script's address": "const s = document.createElement('script'); s.src = 'data:text/javascript,window.hit=1'; place.append(s)",
    "a script of the site": "const s = document.createElement('script'); s.src = new URL('editor.js', document.baseURI).href; place.append(s)",
    "a worker": "new Worker(new URL('sw.js?worker', document.baseURI).href)",
    "another service worker": "await navigator.serviceWorker.register(new URL('sw.js?other', document.baseURI).href)",
    "eval": "(0, eval)('window.hit = 1')",
    "a function": "new Function('window.hit = 1')()",
    "a timer": "setTimeout('window.hit = 1', 0)",
    "a policy of its own": "place.innerHTML = trustedTypes.createPolicy('own', { createHTML: (text) => text }).createHTML(markup)",
    "the page's policy anew": "place.innerHTML = trustedTypes.createPolicy('default', { createHTML: (text) => text }).createHTML(markup)",
  };

  it("cannot make code or acting markup of text", async () => {
    const page = await site.open({ serviceWorkers: "block" });
    await page.newNotebook();
    for (const [name, code] of Object.entries(attempts)) {
      const outcome = await page.page.evaluate(`(async () => {
        window.hit = 0;
        document.getElementById("place")?.remove();
        const place = document.createElement("div");
        place.id = "place";
        document.body.append(place);
        const markup = '<img src="data:," onerror="window.hit = 1"><b id="made">x</b>';
        let refused = "";
        // In the turn in which the driver calls, the browser lets it evaluate text.
        await new Promise((resolve) => setTimeout(resolve, 0));
        try { ${code} } catch (error) { refused = error.name; }
        await new Promise((resolve) => setTimeout(resolve, 50));
        const inside = [place, ...[...place.querySelectorAll("iframe")].map((frame) => frame.contentDocument)];
        return { refused, hit: window.hit, made: inside.some((root) => root.querySelector("img, script, #made") !== null) };
      })()`);
      assert.equal(outcome.hit, 0, name);
      assert.ok(outcome.refused !== "" || !outcome.made, `${name}: ${JSON.stringify(outcome)}`);
    }
    await page.page.evaluate(() => document.getElementById("place")?.remove());
    assert.equal(await page.cell(0).isVisible(), true, "and the page is there");
    await page.close();
  });

  it("and what the page sets itself comes to no harm", async () => {
    const page = await site.open();
    await page.newNotebook();
    await page.type(0, "# Title\n\n| a | b |\n|---|:-:|\n| 1 | $x^2$ |\n\n- [x] done\n\n![p](data:image/png;base64,iVBORw0KGgo=) <https://x.org> [^1]\n\n<details open><summary>s</summary>inner</details>\n\n[^1]: note");
    await page.press("Escape");
    await page.press("m");
    await page.press("Control+Enter");
    const cell = page.cell(0);
    await cell.locator("h1", { hasText: "Title" }).waitFor();
    for (const found of ["table td", "input[type=checkbox]", "img", "a[href='https://x.org']", "details[open] summary", ".katex"]) {
      await cell.locator(found).first().waitFor({ state: "attached" });
    }
    assert.deepEqual(page.complaints, []);
    await page.untilStored();
    await page.close();
  });
});
