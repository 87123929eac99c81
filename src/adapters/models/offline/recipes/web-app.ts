// Recipe: a small web application on Node's own http server, without dependencies.
import type { Project } from '../project.ts'
import { probeWithNode } from '../project.ts'
import { greetingIn } from './greeting.ts'
import { greetingPage, htmlText, quotedLiteral, styleSheet } from './page.ts'
import { describeTheme, themeOrDefault } from './theme.ts'

export function webApp(request: string): Project {
  const greeting = greetingIn(request) ?? 'Hello, world!'
  const theme = themeOrDefault(request)
  return {
    summary: `A web application (Node, no dependencies) whose page says “${greeting}”, in ${describeTheme(theme)}.`,
    folder: 'web-app',
    files: [
      { path: 'package.json', content: packageJson() },
      { path: 'server.js', content: SERVER },
      { path: 'public/index.html', content: greetingPage(greeting, 'a small Node application') },
      { path: 'public/style.css', content: styleSheet(theme) },
      { path: 'README.md', content: readme(greeting) },
    ],
    tests: [{ path: 'test/server.test.js', content: tests(greeting) }],
    verifyCommand: 'node --check server.js',
    testCommand: 'npm test',
    serve: { command: (port) => `PORT=${port} node server.js`, probe: (port) => probeWithNode(port) },
    acceptance: {
      files: [`The page shows “${greeting}”`, 'The style is a separate CSS file', 'No dependencies'],
      tests: ['`npm test` passes'],
      serve: ['The page answers 200 on its port'],
    },
  }
}

function packageJson(): string {
  const content = {
    name: 'web-app',
    version: '1.0.0',
    private: true,
    type: 'module',
    scripts: { start: 'node server.js', test: 'node --test' },
    engines: { node: '>=20' },
  }
  return `${JSON.stringify(content, null, 2)}\n`
}

const SERVER = `// A small web server: serves the files of public/, and nothing else.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'

const PAGES = {
  '/': { file: 'index.html', type: 'text/html; charset=utf-8' },
  '/style.css': { file: 'style.css', type: 'text/css; charset=utf-8' },
}

export function createApp() {
  return createServer(async (request, response) => {
    const path = (request.url ?? '/').split('?')[0]
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD', 'Content-Type': 'text/plain; charset=utf-8' })
      response.end('Method not allowed')
      return
    }
    const page = Object.hasOwn(PAGES, path) ? PAGES[path] : null
    if (page === null) {
      response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' })
      response.end('Not found')
      return
    }
    try {
      const body = await readFile(new URL(\`public/\${page.file}\`, import.meta.url))
      response.writeHead(200, {
        'Content-Type': page.type,
        'Content-Length': body.length,
        'Cache-Control': 'no-cache',
        'X-Content-Type-Options': 'nosniff',
      })
      response.end(request.method === 'HEAD' ? undefined : body)
    } catch (error) {
      console.error(error)
      response.writeHead(500, { 'Content-Type': 'text/plain; charset=utf-8' })
      response.end('Something went wrong')
    }
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const port = Number(process.env.PORT ?? 8000)
  createApp().listen(port, '127.0.0.1', () => {
    console.log(\`Listening on http://127.0.0.1:\${port}\`)
  })
}
`

function tests(greeting: string): string {
  return `import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { createApp } from '../server.js'

const server = createApp()
let base = ''

before(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  base = \`http://127.0.0.1:\${server.address().port}\`
})

after(() => server.close())

test('the page shows the greeting', async () => {
  const response = await fetch(\`\${base}/\`)
  assert.equal(response.status, 200)
  assert.match(response.headers.get('content-type'), /^text\\/html/)
  const page = await response.text()
  assert.ok(page.includes(${quotedLiteral(`<h1>${htmlText(greeting)}</h1>`)}))
})

test('the style sheet is a file of its own, and the page links to it', async () => {
  const page = await (await fetch(\`\${base}/\`)).text()
  assert.match(page, /<link rel="stylesheet" href="style\\.css">/)
  const response = await fetch(\`\${base}/style.css\`)
  assert.equal(response.status, 200)
  assert.match(response.headers.get('content-type'), /^text\\/css/)
  assert.match(await response.text(), /--accent/)
})

test('a query string does not hide the page', async () => {
  const response = await fetch(\`\${base}/?from=test\`)
  assert.equal(response.status, 200)
  await response.arrayBuffer()
})

test('HEAD answers without a body', async () => {
  const response = await fetch(\`\${base}/\`, { method: 'HEAD' })
  assert.equal(response.status, 200)
  assert.equal(await response.text(), '')
})

test('an unknown path is not found', async () => {
  for (const path of ['/nowhere', '/constructor', '/..%2fserver.js']) {
    const response = await fetch(\`\${base}\${path}\`)
    assert.equal(response.status, 404)
    await response.arrayBuffer()
  }
})

test('other methods are refused', async () => {
  const response = await fetch(\`\${base}/\`, { method: 'POST', body: 'x' })
  assert.equal(response.status, 405)
  assert.equal(response.headers.get('allow'), 'GET, HEAD')
  await response.arrayBuffer()
})
`
}

function readme(greeting: string): string {
  return `# ${greeting}

A small web application on Node (20 or newer), without dependencies.

- \`npm start\` serves it on http://127.0.0.1:8000 (another port: \`PORT=3000 npm start\`).
- \`npm test\` runs the tests.

The page is in \`public/index.html\`, its style in \`public/style.css\`, the server in \`server.js\`.
`
}
