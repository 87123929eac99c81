// The crew's instructions, one Markdown file each in prompts/, read once at the start and handed in.
export const PROMPT_NAMES = ['router', 'planner', 'coder', 'executor', 'tester', 'reviewer', 'assistant'] as const
export type PromptName = (typeof PROMPT_NAMES)[number]
export type Prompts = Readonly<Record<PromptName, string>>

/** Marks where a person's or a file's words begin and end, so that no model takes them for instructions of the platform. */
export function quote(tag: string, text: string): string {
  // A closing tag inside the text would end the quotation early, and models read tags in any case.
  const inside = text.replace(new RegExp(`</(?=${tag})`, 'gi'), '<\\/')
  return `<${tag}>\n${inside}\n</${tag}>`
}
