// Recipe: changes the page of an existing workspace: other colours, by the variables of its style sheet, or other words.
import { titleOf } from '../change.ts'
import { unquotedPart } from '../classify.ts'
import { probeWithNode } from '../project.ts'
import { serveScript, shell } from '../project-script.ts'
import type { Plan, Subtask } from '../../../../core/vocabulary/plan.ts'
import type { Recipe } from '../recipe.ts'
import type { Ending, Script } from '../script.ts'
import { lastLines } from '../script.ts'
import { htmlText } from './page.ts'
import { describeTheme, themeCss, themeIn, themeOrDefault } from './theme.ts'
import type { Theme } from './theme.ts'

const FOLDERS = ['', 'web-app/', 'site/', 'python-app/'] as const
const SHEETS = ['public/style.css', 'style.css', 'static/style.css']
const PAGES = ['public/index.html', 'index.html', 'static/index.html']
const SERVERS = [
  ['server.js', 'node server.js'],
  ['serve.js', 'node serve.js'],
  ['app.py', 'python3 app.py'],
] as const

export const restyle: Recipe = {
  plan: (request) => {
    const { look, title } = wantedIn(request)
    const steps = [
      ...(look === null ? [] : [sheetSubtask(describeTheme(look))]),
      ...(title === null ? [] : [wordsSubtask(title, look === null ? [] : ['restyle-sheet'])]),
    ]
    const said = [
      ...(look === null ? [] : [`gets the colours ${describeTheme(look)}`]),
      ...(title === null ? [] : [`says “${title}”`]),
    ]
    return { summary: `The page ${said.join(' and ')}.`, subtasks: [...steps, serveSubtask(steps)] } satisfies Plan
  },
  script: ({ request, subject, files }) => {
    const { look, title } = wantedIn(request)
    if (subject === 'restyle-sheet') return sheetScript(look ?? themeOrDefault(request), pathIn(files, SHEETS))
    if (subject === 'restyle-words') return wordsScript(title ?? '', pathIn(files, PAGES), files)
    return subject === 'restyle-serve' ? serveAgain(files) : null
  },
}

function wantedIn(request: string): { readonly look: Theme | null; readonly title: string | null } {
  const title = titleOf(request)
  const look = title === null ? themeOrDefault(request) : themeIn(unquotedPart(request.replace(/title to\b.*$/i, '')))
  return { look: title !== null && !/^make it /i.test(request) ? null : look, title }
}

function sheetSubtask(look: string): Subtask {
  return {
    id: 'restyle-sheet',
    title: `Make the page ${look}`,
    role: 'coder',
    instructions: `Replace the colour variables of the style sheet by those for ${look}.`,
    acceptance: [`The style sheet says ${look}`],
    depends_on: [],
  }
}

function wordsSubtask(title: string, after: readonly string[]): Subtask {
  return {
    id: 'restyle-words',
    title: `Make the page say “${title}”`.slice(0, 200),
    role: 'coder',
    instructions: `Put “${title}” in the place of the page's heading, and in its tests, and run them.`,
    acceptance: [`The page shows “${title}”`, 'The tests pass'],
    depends_on: [...after],
  }
}

function serveSubtask(before: readonly Subtask[]): Subtask {
  return {
    id: 'restyle-serve',
    title: 'Start it for the preview',
    role: 'executor',
    instructions: 'Serve it again where it can be served, and see that it answers.',
    acceptance: [],
    depends_on: before.map(({ id }) => id),
  }
}

function sheetScript(theme: Theme, sheet: string | null): Script {
  if (sheet === null) {
    return notDone('the workspace has no style sheet that I know how to change; ask for a web app or a site first.')
  }
  return {
    steps: [
      { say: 'I put the new colours in.', calls: [shell(replaceVariables(sheet, themeCss(theme)))] },
      { say: 'I look at the result.', calls: [{ tool: 'read', input: { path: sheet } }] },
    ],
    finish: () => ({
      summary: `The page is ${describeTheme(theme)} now.`,
      evidence: [`${sheet} has the colours for ${describeTheme(theme)}`],
    }),
  }
}

function wordsScript(title: string, page: string | null, files: ReadonlySet<string>): Script {
  if (page === null) {
    return notDone('the workspace has no page that I know how to change; ask for a web app or a site first.')
  }
  const folder = folderOf(page)
  const also = ['about.html', 'README.md', 'test/server.test.js', 'test/site.test.js', 'tests/test_app.py']
  const places = [page, ...also.map((path) => folder + path)].filter((path) => files.has(path))
  const tests = files.has(`${folder}package.json`) ? 'npm test' : 'python3 -m unittest discover'
  const command = folder === '' ? tests : `cd ${folder} && ${tests}`
  return {
    steps: [
      { say: 'I put the new words in, and in the tests.', calls: [shell(replaceWords(page, places, title))] },
      { say: 'I run the tests.', calls: [shell(command)] },
    ],
    finish: (results): Ending => ({
      summary: `The page says “${title}” now.`,
      evidence: [`Changed ${places.join(', ')}`, `\`${command}\`: ${lastLines(results.at(-1)?.output ?? '', 1)}`],
    }),
  }
}

function serveAgain(files: ReadonlySet<string>): Script {
  for (const folder of FOLDERS) {
    for (const [file, command] of SERVERS) {
      if (!files.has(folder + file)) continue
      return serveScript({ command: (port) => `PORT=${port} ${command}`, probe: (port) => probeWithNode(port) }, folder)
    }
  }
  return {
    steps: [],
    finish: () => ({ summary: 'There is no server in the workspace to start.', evidence: [] }),
  }
}

function notDone(reason: string): Script {
  return { steps: [], finish: () => ({ summary: `This is not done: ${reason}`, evidence: [] }) }
}

function pathIn(files: ReadonlySet<string>, paths: readonly string[]): string | null {
  for (const folder of FOLDERS) {
    const found = paths.find((path) => files.has(folder + path))
    if (found !== undefined) return folder + found
  }
  return null
}

function folderOf(page: string): string {
  return FOLDERS.find((folder) => folder !== '' && page.startsWith(folder)) ?? ''
}

/** Replaces everything before the first rule that is not about variables; fails when the sheet is none of ours. */
function replaceVariables(sheet: string, css: string): string {
  return inNode([
    `const { readFileSync, writeFileSync } = require('node:fs')`,
    `const sheet = readFileSync(${JSON.stringify(sheet)}, 'utf8')`,
    `const rest = sheet.indexOf('\\n* {')`,
    `if (!sheet.startsWith(':root {') || rest < 0) throw new Error('this style sheet keeps its colours elsewhere')`,
    `writeFileSync(${JSON.stringify(sheet)}, ${JSON.stringify(`${css}\n`)} + sheet.slice(rest))`,
  ])
}

/** The heading's words in the page and wherever the recipes repeat them: other pages, tests, the readme. */
function replaceWords(page: string, places: readonly string[], title: string): string {
  return inNode([
    `const { readFileSync, writeFileSync } = require('node:fs')`,
    `const found = /<h1>([^<]+)<\\/h1>/.exec(readFileSync(${JSON.stringify(page)}, 'utf8'))`,
    `if (found === null) throw new Error('this page has no heading')`,
    `const before = found[1]`,
    `const after = ${JSON.stringify(htmlText(title))}`,
    `const plain = (text) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')`,
    `const literal = (text) => text.replaceAll('\\\\', '\\\\\\\\').replaceAll("'", "\\\\'")`,
    `const inPages = [['>' + before + '<', '>' + after + '<'], ['· ' + before + '<', '· ' + after + '<'], ['“' + before + '”', '“' + after + '”']]`,
    `const inTests = [['>' + literal(before) + '<', '>' + literal(after) + '<']]`,
    `for (const path of ${JSON.stringify(places)}) {`,
    `  let text = readFileSync(path, 'utf8')`,
    `  if (path.endsWith('.md')) text = text.replaceAll(plain(before), () => plain(after))`,
    `  else for (const [from, to] of path.endsWith('.html') ? inPages : inTests) text = text.replaceAll(from, () => to)`,
    `  writeFileSync(path, text)`,
    `}`,
  ])
}

function inNode(lines: readonly string[]): string {
  return `node - <<'END_OF_SCRIPT'\n${lines.join('\n')}\nEND_OF_SCRIPT`
}
