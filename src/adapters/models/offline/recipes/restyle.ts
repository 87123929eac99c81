// Recipe: gives the page of an existing workspace other colours, by replacing the variables of its style sheet.
import type { Recipe } from '../recipe.ts'
import { shell } from '../project-script.ts'
import { describeTheme, themeCss, themeOrDefault } from './theme.ts'

const SHEETS = [
  'public/style.css',
  'style.css',
  'static/style.css',
  'web-app/public/style.css',
  'site/style.css',
  'python-app/static/style.css',
]

export const restyle: Recipe = {
  plan: (request) => {
    const look = describeTheme(themeOrDefault(request))
    return {
      summary: `The page gets the colours ${look}.`,
      subtasks: [
        {
          id: 'restyle-sheet',
          title: `Make the page ${look}`,
          role: 'coder',
          instructions: `Replace the colour variables of the style sheet by those for ${look}.`,
          acceptance: [`The style sheet says ${look}`],
          depends_on: [],
        },
      ],
    }
  },
  script: ({ request, subject, files }) => {
    if (subject !== 'restyle-sheet') return null
    const sheet = SHEETS.find((path) => files.has(path))
    if (sheet === undefined) {
      return {
        steps: [],
        finish: () => ({
          summary:
            'This is not done: the workspace has no style sheet that I know how to change; ask for a web app or a site first.',
          evidence: [],
        }),
      }
    }
    const theme = themeOrDefault(request)
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
  },
}

/** Replaces everything before the first rule that is not about variables; fails when the sheet is none of ours. */
function replaceVariables(sheet: string, css: string): string {
  const script = [
    `const { readFileSync, writeFileSync } = require('node:fs')`,
    `const sheet = readFileSync(${JSON.stringify(sheet)}, 'utf8')`,
    `const rest = sheet.indexOf('\\n* {')`,
    `if (!sheet.startsWith(':root {') || rest < 0) throw new Error('this style sheet keeps its colours elsewhere')`,
    `writeFileSync(${JSON.stringify(sheet)}, ${JSON.stringify(`${css}\n`)} + sheet.slice(rest))`,
  ].join('\n')
  return `node - <<'END_OF_SCRIPT'\n${script}\nEND_OF_SCRIPT`
}
