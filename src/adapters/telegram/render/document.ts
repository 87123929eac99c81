// A post as a tree that both of Telegram's forms are made from: shallow, with all text already cleaned.
export type Mark = 'bold' | 'italic' | 'strikethrough' | 'code'

/** A stretch of text in one look. Marks in a fixed order, each once. */
export type Run = { readonly text: string; readonly marks: readonly Mark[]; readonly link: string | null }

export type ListItem = { readonly checked: boolean | null; readonly blocks: readonly Block[] }
export type Alignment = 'left' | 'center' | 'right'

export type Block =
  | { readonly type: 'paragraph'; readonly runs: readonly Run[] }
  | { readonly type: 'heading'; readonly level: 1 | 2 | 3 | 4 | 5 | 6; readonly runs: readonly Run[] }
  | { readonly type: 'code'; readonly language: string | null; readonly text: string }
  | { readonly type: 'quote'; readonly blocks: readonly Block[] }
  /** `start` is null for bullets. `loose`: its items stand apart. */
  | {
      readonly type: 'list'
      readonly start: number | null
      readonly loose: boolean
      readonly items: readonly ListItem[]
    }
  /** The first row is the head. Rows may differ in length. */
  | {
      readonly type: 'table'
      readonly align: readonly Alignment[]
      readonly rows: readonly (readonly (readonly Run[])[])[]
    }
  | { readonly type: 'rule' }
  | { readonly type: 'fold'; readonly title: string; readonly text: string }

export type Document = readonly Block[]

export function plainRun(text: string): Run {
  return { text, marks: [], link: null }
}

export function runsText(runs: readonly Run[]): string {
  return runs.map((run) => run.text).join('')
}
