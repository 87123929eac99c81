// The house's own lint rules, for what oxlint has no rule for: ambient time, barrels, vendors outside their adapter.
// Loaded by .oxlintrc.json as an ESLint-compatible plugin; planted-violations.test.ts proves that each one bites.

type Node = { readonly type: string }
type Named = Node & { readonly name?: string }
type Creation = Node & { readonly callee: Named; readonly arguments: readonly Node[] }
type FromSource = Node & { readonly source: { readonly value: unknown } | null }
type Context = {
  readonly filename: string
  readonly report: (finding: { readonly node: Node; readonly message: string }) => void
}

/** The only places that may import a package; what is not listed may be imported by any adapter. */
const HOMES: Readonly<Record<string, readonly string[]>> = {
  pg: ['src/adapters/postgres/'],
  ai: ['src/adapters/models/'],
  '@ai-sdk': ['src/adapters/models/'],
  hono: ['src/adapters/http/'],
  '@hono': ['src/adapters/http/'],
  jose: ['src/adapters/http/'],
  grammy: ['src/adapters/telegram/'],
  'mdast-util-from-markdown': ['src/adapters/telegram/'],
  'mdast-util-gfm': ['src/adapters/telegram/'],
  'micromark-extension-gfm': ['src/adapters/telegram/'],
  mdast: ['src/adapters/telegram/'],
  aws4fetch: ['src/adapters/objects/'],
  'dockerfile-utils': ['src/core/quality/checks/'],
  pino: ['src/adapters/telemetry/'],
  'prom-client': ['src/adapters/telemetry/'],
  unpdf: ['src/adapters/readers/'],
  fflate: ['src/adapters/readers/'],
  saxes: ['src/adapters/readers/'],
  unbash: ['src/adapters/shell/'],
  '@secretlint': ['src/adapters/secrets/'],
  'ipaddr.js': ['src/adapters/egress/'],
  '@peculiar': ['src/adapters/egress/'],
  'reflect-metadata': ['src/adapters/egress/'],
  commander: ['src/main.ts', 'src/commands/'],
}

/** Folders called src that are not the program's: the console's and those of project templates. */
const NOT_THE_PROGRAM = /(?:^|\/)(?:console|templates\/.*)\/src\//

const noAmbientDate = {
  create: (context: Context) => ({
    NewExpression: (node: Creation) => {
      if (node.callee.name === 'Date' && node.arguments.length === 0)
        context.report({ node, message: 'Ask the Clock port for the time: `new Date()` cannot be simulated.' })
    },
    CallExpression: (node: Creation) => {
      if (node.callee.type === 'Identifier' && node.callee.name === 'Date')
        context.report({ node, message: 'Ask the Clock port for the time: `Date()` cannot be simulated.' })
    },
  }),
}

const noReexport = {
  create: (context: Context) => {
    const refuse = (node: FromSource) => {
      if (node.source !== null) context.report({ node, message: 'No barrels: import from the file that declares it.' })
    }
    return { ExportAllDeclaration: refuse, ExportNamedDeclaration: refuse }
  },
}

const vendorsAtHome = {
  create: (context: Context) => {
    // Only the program itself has floors: tests, tools and the console use what they need.
    const inside = /(?:^|\/)(src\/.*)$/.exec(context.filename.replaceAll('\\', '/'))?.[1]
    if (inside === undefined || inside.endsWith('.test.ts') || NOT_THE_PROGRAM.test(context.filename)) return {}
    const check = (node: FromSource) => {
      const name = node.source === null ? '' : String(node.source.value)
      const vendor = /^(@?[^/]+)/.exec(name)?.[1] ?? ''
      const homes = Object.hasOwn(HOMES, vendor) ? HOMES[vendor] : undefined
      if (homes !== undefined && !homes.some((home) => inside.startsWith(home)))
        context.report({ node, message: `${vendor} is imported by ${homes.join(' and ')} alone.` })
    }
    return { ImportDeclaration: check, ImportExpression: check, TSImportType: check }
  },
}

export default {
  meta: { name: 'house' },
  rules: { 'no-ambient-date': noAmbientDate, 'no-reexport': noReexport, 'vendors-at-home': vendorsAtHome },
}
