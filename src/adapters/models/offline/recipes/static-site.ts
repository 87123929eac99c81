// Recipe: a static site of two pages with a style sheet; its test reads the pages and follows their links.
import type { Project } from '../project.ts'
import { probeWithNode } from '../project.ts'
import { capitalised, greetingIn } from './greeting.ts'
import { htmlText, quotedLiteral, styleSheet } from './page.ts'
import { describeTheme, themeOrDefault } from './theme.ts'

export function staticSite(request: string): Project {
  const title = titleIn(request)
  const theme = themeOrDefault(request)
  return {
    summary: `A static site “${title}” with a start page and an about page, in ${describeTheme(theme)}.`,
    folder: 'site',
    files: [
      {
        path: 'index.html',
        content: page(title, 'index.html', [
          `<h1>${htmlText(title)}</h1>`,
          '<p class="quiet">Welcome. This is the start page.</p>',
          '<p><a href="about.html">More about this site</a></p>',
        ]),
      },
      {
        path: 'about.html',
        content: page(title, 'about.html', [
          '<h1>About</h1>',
          `<p>This is the site “${htmlText(title)}”.</p>`,
          '<p><a href="index.html">Back to the start</a></p>',
        ]),
      },
      { path: 'style.css', content: styleSheet(theme) },
      { path: 'serve.js', content: SERVER },
      { path: 'package.json', content: PACKAGE },
      { path: 'README.md', content: readme(title) },
    ],
    tests: [{ path: 'test/site.test.js', content: tests(title) }],
    verifyCommand: 'node --check serve.js',
    testCommand: 'npm test',
    serve: { command: (port) => `PORT=${port} node serve.js`, probe: (port) => probeWithNode(port) },
    acceptance: {
      files: [`The start page shows “${title}”`, 'There is an about page', 'The style is a separate CSS file'],
      tests: ['Every local link leads somewhere', '`npm test` passes'],
      serve: ['The start page answers 200'],
    },
  }
}

const UNTIL = '(?= (?:in|with|using|and) |[.!?,;](?:\\s|$)|$)'
const NAMED = new RegExp(`\\b(?:called|named|titled) (.{1,60}?)${UNTIL}`, 'i')
const ABOUT = new RegExp(`\\b(?:for|about) (.{1,60}?)${UNTIL}`, 'i')

/** What the site is called or about; what it is asked to say; else `My site`. */
function titleIn(request: string): string {
  const greeting = greetingIn(request)
  if (greeting !== null) return greeting
  const named = NAMED.exec(request)?.[1] ?? ABOUT.exec(request)?.[1]
  if (named === undefined) return 'My site'
  return capitalised(named.replace(/^(?:the|a|an) /i, '').trim())
}

const PACKAGE = `${JSON.stringify({ name: 'site', version: '1.0.0', private: true, type: 'module', scripts: { start: 'node serve.js', test: 'node --test' } }, null, 2)}\n`

function page(title: string, file: string, lines: readonly string[]): string {
  const link = (target: string, text: string): string =>
    `<a href="${target}"${target === file ? ' aria-current="page"' : ''}>${text}</a>`
  const name = file === 'index.html' ? htmlText(title) : `About · ${htmlText(title)}`
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${name}</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="style.css">
  </head>
  <body>
    <header>
      <nav aria-label="Main">
        ${link('index.html', 'Start')}
        ${link('about.html', 'About')}
      </nav>
    </header>
    <main>
      <div class="card">
        ${lines.join('\n        ')}
      </div>
    </main>
    <footer>${htmlText(title)}</footer>
  </body>
</html>
`
}

const SERVER = `// Serves this folder's pages while they are being worked on. Any web server will do in earnest.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'

const PAGES = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/index.html': ['index.html', 'text/html; charset=utf-8'],
  '/about.html': ['about.html', 'text/html; charset=utf-8'],
  '/style.css': ['style.css', 'text/css; charset=utf-8'],
}

const server = createServer(async (request, response) => {
  const path = (request.url ?? '/').split('?')[0]
  const [file, type] = Object.hasOwn(PAGES, path) ? PAGES[path] : []
  if (file === undefined || !['GET', 'HEAD'].includes(request.method)) {
    response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end('Not found')
    return
  }
  try {
    const body = await readFile(new URL(file, import.meta.url))
    response.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-cache' }).end(request.method === 'HEAD' ? undefined : body)
  } catch (error) {
    console.error(error)
    response.writeHead(500, { 'Content-Type': 'text/plain; charset=utf-8' }).end('Something went wrong')
  }
})

const port = Number(process.env.PORT ?? 8000)
server.listen(port, '127.0.0.1', () => console.log(\`Listening on http://127.0.0.1:\${port}\`))
`

function tests(title: string): string {
  return `import assert from 'node:assert/strict'
import { access, readFile } from 'node:fs/promises'
import { test } from 'node:test'

const PAGES = ['index.html', 'about.html']
const read = (file) => readFile(new URL(\`../\${file}\`, import.meta.url), 'utf8')

test('the start page shows its title', async () => {
  assert.ok((await read('index.html')).includes(${quotedLiteral(`<h1>${htmlText(title)}</h1>`)}))
})

for (const page of PAGES) {
  test(\`\${page}: every local link leads to a file\`, async () => {
    const html = await read(page)
    const links = [...html.matchAll(/(?:href|src)="([^"#]+)"/g)].map((match) => match[1])
    const local = links.filter((link) => !/^(?:[a-z]+:|\\/\\/)/.test(link))
    assert.ok(local.length >= 3)
    for (const link of local) await access(new URL(\`../\${link}\`, import.meta.url))
  })

  test(\`\${page}: is a whole page that a phone and a screen reader can use\`, async () => {
    const html = await read(page)
    assert.match(html, /^<!doctype html>/)
    assert.match(html, /<html lang="en">/)
    assert.match(html, /<meta name="viewport"/)
    assert.match(html, /<title>[^<]+<\\/title>/)
    assert.equal(html.match(/<h1>/g)?.length, 1)
    assert.match(html, /<main>[\\s\\S]*<\\/main>/)
    assert.match(html, new RegExp(\`href="\${page}" aria-current="page"\`))
  })
}

test('the style sheet is not empty and its braces match', async () => {
  const css = await read('style.css')
  assert.ok(css.includes('--accent'))
  assert.equal(css.split('{').length, css.split('}').length)
})
`
}

function readme(title: string): string {
  return `# ${title}

A static site: \`index.html\`, \`about.html\` and \`style.css\` can be put on any web server. \`npm start\` serves them on
http://127.0.0.1:8000 while you work on them, \`npm test\` checks the pages and their links.
`
}
