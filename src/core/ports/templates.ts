// Project templates: complete, tested starts that work can begin with. Implemented by adapters/templates.
export const TEMPLATE_KINDS = ['site', 'web-app', 'api', 'full-stack', 'cli', 'bot'] as const

export type TemplateInfo = {
  /** kebab-case; of two with one name the operator's own is meant. */
  readonly name: string
  /** One sentence: what it is and when to take it. */
  readonly says: string
  readonly kind: (typeof TEMPLATE_KINDS)[number]
  /** e.g. `Node 24`, `Hono`. */
  readonly stack: readonly string[]
  /** Where it listens unless PORT says otherwise; null where it does not. */
  readonly port: number | null
  /** The path that answers 200 as long as it is well; null where it does not listen. */
  readonly health: string | null
  /** Run by a shell in the project's folder, in this order; null for what it does not need. */
  readonly commands: {
    readonly install: string | null
    readonly build: string | null
    readonly test: string
    readonly start: string | null
  }
  /** Programs (`node`, `python3`, `npm packages`) and, in capitals, environment variables without which it does not start. */
  readonly needs: readonly string[]
  /** The operator's own, from the data directory. */
  readonly own: boolean
}

export type TemplateFile = {
  /** Relative, with `/`; never leads out of the folder. */
  readonly path: string
  readonly bytes: Uint8Array
}

export type Template = { readonly info: TemplateInfo; readonly files: readonly TemplateFile[] }

export interface Templates {
  /** By name. Throws an Error that names the file where one can't be read. */
  list(): Promise<readonly TemplateInfo[]>
  /** Its files as they lie there, placeholders and all, by path; null where there is none of the name. */
  read(name: string): Promise<Template | null>
}
