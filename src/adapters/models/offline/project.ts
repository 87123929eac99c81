// What a building recipe produces: the files, their tests and how to run them. The crew's plan and every agent's moves
// follow from this alone (plan-project.ts, project-script.ts), so that a recipe holds nothing but its project.
export type SourceFile = { readonly path: string; readonly content: string }

export type Project = {
  /** One sentence: what is built. */
  readonly summary: string
  /** The folder used when the workspace already holds files of the same names. */
  readonly folder: string
  readonly files: readonly SourceFile[]
  readonly tests: readonly SourceFile[]
  /** Looks at the written files without running them, e.g. `node --check server.js`. */
  readonly verifyCommand: string
  readonly testCommand: string
  readonly serve: { readonly command: (port: number) => string; readonly probe: (port: number) => string } | null
  readonly acceptance: {
    readonly files: readonly string[]
    readonly tests: readonly string[]
    readonly serve: readonly string[]
  }
}

export const RECIPE_NAMES = ['web-app', 'json-api', 'static-site', 'cli', 'python-web', 'fix-tests', 'restyle'] as const
export type RecipeName = (typeof RECIPE_NAMES)[number]

/** Asks the served page for its status and title, from inside the sandbox. */
export function probeWithNode(port: number, path = '/'): string {
  return [
    `node -e "require('node:http').get({ host: '127.0.0.1', port: ${port}, path: '${path}' }, (answer) => {`,
    `let text = ''; answer.on('data', (part) => { text += part }); answer.on('end', () => {`,
    `const [, title] = text.match(/<title>(.*?)<\\/title>/) ?? [];`,
    `console.log(answer.statusCode, title ?? text.slice(0, 200));`,
    `process.exitCode = answer.statusCode < 400 ? 0 : 1 }) }).on('error', (error) => {`,
    `console.error(String(error)); process.exitCode = 1 })"`,
  ].join(' ')
}
