// Recipe: a small web application with Python's standard library alone, tested with unittest.
import type { Project } from '../project.ts'
import { greetingIn } from './greeting.ts'
import { greetingPage, htmlText, quotedLiteral, styleSheet } from './page.ts'
import { describeTheme, themeOrDefault } from './theme.ts'

export function pythonWeb(request: string): Project {
  const greeting = greetingIn(request) ?? 'Hello, world!'
  const theme = themeOrDefault(request)
  return {
    summary: `A web application (Python, standard library alone) whose page says “${greeting}”, in ${describeTheme(theme)}.`,
    folder: 'python-app',
    files: [
      { path: 'app.py', content: APP },
      { path: 'static/index.html', content: greetingPage(greeting, 'a small Python application') },
      { path: 'static/style.css', content: styleSheet(theme) },
      { path: 'README.md', content: readme(greeting) },
    ],
    tests: [
      { path: 'tests/__init__.py', content: '' },
      { path: 'tests/test_app.py', content: tests(greeting) },
    ],
    verifyCommand: 'python3 -m py_compile app.py',
    testCommand: 'python3 -m unittest discover',
    serve: { command: (port) => `PORT=${port} python3 app.py`, probe },
    acceptance: {
      files: [`The page shows “${greeting}”`, 'The standard library alone', 'The style is a separate CSS file'],
      tests: ['`python3 -m unittest discover` passes'],
      serve: ['The page answers 200 on its port'],
    },
  }
}

function probe(port: number): string {
  return [
    `python3 -c "from http import client; page = client.HTTPConnection('127.0.0.1', ${port}, timeout=5);`,
    `page.request('GET', '/'); print(page.getresponse().status)"`,
  ].join(' ')
}

const APP = `"""A small web server: serves the files of static/, and nothing else."""

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

STATIC = Path(__file__).resolve().parent / "static"
PAGES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/style.css": ("style.css", "text/css; charset=utf-8"),
}


class Handler(BaseHTTPRequestHandler):
    server_version = "app"

    def do_GET(self):
        self._answer(with_body=True)

    def do_HEAD(self):
        self._answer(with_body=False)

    def _refuse(self):
        self._send(405, "text/plain; charset=utf-8", b"Method not allowed", {"Allow": "GET, HEAD"})

    do_POST = do_PUT = do_PATCH = do_DELETE = _refuse

    def _answer(self, with_body):
        page = PAGES.get(urlsplit(self.path).path)
        if page is None:
            self._send(404, "text/plain; charset=utf-8", b"Not found", with_body=with_body)
            return
        name, content_type = page
        self._send(200, content_type, (STATIC / name).read_bytes(), {"Cache-Control": "no-cache"}, with_body)

    def _send(self, status, content_type, body, headers=None, with_body=True):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def log_message(self, format, *args):
        pass


def create_server(port):
    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


if __name__ == "__main__":
    port = int(os.environ.get("PORT", "8000"))
    with create_server(port) as server:
        print(f"Listening on http://127.0.0.1:{port}", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            pass
`

function tests(greeting: string): string {
  return `import threading
import unittest
import urllib.error
import urllib.request

from app import create_server


class AppTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = create_server(0)
        cls.base = f"http://127.0.0.1:{cls.server.server_address[1]}"
        cls.thread = threading.Thread(target=cls.server.serve_forever, daemon=True)
        cls.thread.start()

    @classmethod
    def tearDownClass(cls):
        cls.server.shutdown()
        cls.server.server_close()
        cls.thread.join()

    def ask(self, path, method="GET"):
        request = urllib.request.Request(self.base + path, method=method)
        try:
            with urllib.request.urlopen(request, timeout=5) as response:
                return response.status, response.headers, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read().decode()

    def test_the_page_shows_the_greeting(self):
        status, headers, page = self.ask("/")
        self.assertEqual(status, 200)
        self.assertTrue(headers["Content-Type"].startswith("text/html"))
        self.assertIn(${quotedLiteral(`<h1>${htmlText(greeting)}</h1>`)}, page)

    def test_the_style_sheet_is_a_file_of_its_own(self):
        self.assertIn('<link rel="stylesheet" href="style.css">', self.ask("/")[2])
        status, headers, css = self.ask("/style.css")
        self.assertEqual(status, 200)
        self.assertTrue(headers["Content-Type"].startswith("text/css"))
        self.assertIn("--accent", css)

    def test_a_query_string_does_not_hide_the_page(self):
        self.assertEqual(self.ask("/?from=test")[0], 200)

    def test_head_answers_without_a_body(self):
        status, headers, body = self.ask("/", "HEAD")
        self.assertEqual((status, body), (200, ""))
        self.assertGreater(int(headers["Content-Length"]), 0)

    def test_unknown_paths_are_not_found(self):
        for path in ("/nowhere", "/../app.py", "/static/index.html"):
            self.assertEqual(self.ask(path)[0], 404, path)

    def test_other_methods_are_refused(self):
        status, headers, _ = self.ask("/", "DELETE")
        self.assertEqual(status, 405)
        self.assertEqual(headers["Allow"], "GET, HEAD")


if __name__ == "__main__":
    unittest.main()
`
}

function readme(greeting: string): string {
  return `# ${greeting}

A small web application with Python's standard library (3.9 or newer).

- \`python3 app.py\` serves it on http://127.0.0.1:8000 (another port: \`PORT=3000 python3 app.py\`).
- \`python3 -m unittest discover\` runs the tests.

The page is in \`static/index.html\`, its style in \`static/style.css\`, the server in \`app.py\`.
`
}
