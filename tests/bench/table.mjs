// The result as a Markdown table: medians, how the others compare with the first engine, and what each asked of the GPU.
// Refuses to round away small differences: three digits are shown.

import { TOLERANCE } from "./cases.mjs";

function digits(value) {
  if (value === undefined) return "-";
  if (value >= 100) return Math.round(value).toLocaleString("en-US");
  return value.toPrecision(value >= 10 ? 3 : 2);
}

/** Some engines submit once for several steps. */
const counted = (value) => (Number.isInteger(value) ? value.toLocaleString("en-US") : value.toFixed(1));

const megabytes = (bytes) => `${digits(bytes / 1e6)}`;

/** True if two engines' checks are of the same computation. */
function agrees(left, right) {
  if (left === undefined || right === undefined) return true;
  return Math.abs(left - right) <= TOLERANCE * Math.max(Math.abs(left), Math.abs(right), 1e-3);
}

function timeCell(result, first) {
  if (result === undefined || result.missing !== undefined) return "-";
  const ratio = first?.ms === undefined || result === first ? "" : ` (${digits(result.ms / first.ms)}x)`;
  return `${digits(result.ms)}${ratio}${agrees(result.check, first?.check) ? "" : " !"}`;
}

function gpuCell(result) {
  if (result?.dispatches === undefined || result.missing !== undefined) return "-";
  return `${counted(result.dispatches)} / ${counted(result.submits)} / ${megabytes(result.bytes ?? 0)}`;
}

/**
 * Lines of Markdown.
 *
 * @param {object[]} cases as in cases.mjs
 * @param {{name: string, results: Map<string, object>}[]} engines the first is the one that others are compared with
 * @param {{gpu: boolean}} options whether to show dispatches, submits and bytes
 */
export function tableLines(cases, engines, { gpu }) {
  const titles = engines.map(({ name }, index) => (index === 0 ? `${name} ms` : `${name} ms (ratio)`));
  const gpuTitles = gpu ? engines.map(({ name }) => `${name}: dispatches / submits / MB`) : [];
  const rows = [["case", ...titles, ...gpuTitles]];
  for (const { id, title } of cases) {
    const results = engines.map((engine) => engine.results.get(id));
    rows.push([title, ...results.map((result) => timeCell(result, results[0])), ...(gpu ? results.map(gpuCell) : [])]);
  }
  rows.splice(1, 0, rows[0].map((_, column) => (column === 0 ? "---" : "---:")));
  const lines = rows.map((row) => `| ${row.join(" | ")} |`);
  const notes = engines.flatMap(({ name, results }) =>
    [...results].filter(([, result]) => result.missing !== undefined).map(([id, result]) => `- ${name}, ${id}: ${result.missing}`),
  );
  const explained = notes.length > 0 ? ["", "Not measured:", ...notes] : [];
  const disagree = lines.some((line) => line.includes(" !")) ? ["", "`!`: this engine's result differs from the first one's."] : [];
  return [...lines, ...explained, ...disagree];
}
