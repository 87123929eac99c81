// Marks where a person's or a file's words begin and end, so that no model takes them for instructions of the platform.

/** Every tag that the platform's prompts use: inside a quotation none of them may be closed or opened. */
const TAGS =
  'request|plan|diff|files|file|output|findings|context|rules|soul|memory|facts|knowledge|conversation|material|work|proposal|attachments|subtask|index'
const MARK = new RegExp(`<(?=\\s*/?\\s*(?:${TAGS})\\b)`, 'gi')

/** `tag` with the text inside, of which nothing can end the quotation early or open another. */
export function quote(tag: string, text: string, about: Readonly<Record<string, string>> = {}): string {
  const attributes = Object.entries(about).map(([name, value]) => ` ${name}="${attribute(value)}"`)
  return `<${tag}${attributes.join('')}>\n${text.replace(MARK, '<\\')}\n</${tag}>`
}

/** Quotations within a quotation: the parts were quoted by themselves. */
export function enclose(tag: string, parts: readonly string[]): string {
  return `<${tag}>\n${parts.join('\n')}\n</${tag}>`
}

/** One line without signs that could end it. */
function attribute(value: string): string {
  return value
    .replaceAll(/[\s"<>&\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim()
    .slice(0, 200)
}
