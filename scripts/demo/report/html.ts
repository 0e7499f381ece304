/** Markup that needs no more escaping. Made only by `html` and `raw`. */
export interface Html {
  readonly markup: string;
}

type Part = Html | string | number | undefined | readonly Html[];

/** Marks a string written in this program (never one that came from outside) as markup. */
export function raw(markup: string): Html {
  return { markup };
}

/** Template tag that escapes every inserted string and number, in text and in quoted attributes alike. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return raw(strings.reduce((text, string, i) => text + render(parts[i - 1]) + string));
}

function render(part: Part): string {
  if (part === undefined) return "";
  if (typeof part === "string") return escapeHtml(part);
  if (typeof part === "number") return String(part);
  if ("markup" in part) return part.markup;
  return part.map((item) => item.markup).join("");
}

export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** JSON for a script element: no `<`, so nothing in it can close the element. */
export function scriptJson(value: unknown): Html {
  return raw(JSON.stringify(value).replace(/</g, "\\u003c"));
}
