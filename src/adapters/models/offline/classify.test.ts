import assert from 'node:assert/strict'
import { test } from 'node:test'
import { classify } from './classify.ts'

const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  'build web-app': [
    'create a hello world web app',
    'Create a Hello World web app.',
    'please create a simple hello-world web application',
    'can you build a hello world web app?',
    'Could you please make me a small web app that says "Good morning"?',
    'hello world web app',
    'a web app that says good morning',
    'I want a web app that greets visitors with "Welcome"',
    'write a node web server that displays "Under construction"',
    'make a web app in dark green',
    'build a tiny web app with tests',
    "let's build a hello world web app",
    'Generate a hello world node app with zero dependencies',
    'set up a web app that shows "Hi there" in blue',
    'create a hello world app',
    'I need you to create a hello world web app with a separate css file',
  ],
  'build json-api': [
    'create a JSON API for todos',
    'build a REST API for notes with tests',
    'make a todo api',
    'please write a CRUD API for books',
    'a json api for managing recipes',
    'Create a REST service for customers',
    'implement an http api that manages bookmarks',
    'could you build an API for accounts?',
    'scaffold a backend for tasks',
  ],
  'build static-site': [
    'create a static site about my garden',
    'build a landing page for my bakery',
    'make a static website',
    'create a simple html page that says hello',
    'write a homepage called "Blue Door"',
    'generate a website for a chess club in red',
    'a static site for the book shop',
    'design a web page about volcanoes',
  ],
  'build cli': [
    'create a command line tool that counts words',
    'write a CLI that pretty prints JSON',
    'build a command-line app to convert csv to json',
    'make a cli tool',
    'write a word count tool',
    'create a terminal program that greets people',
    'please make a csv to json converter script that converts files',
  ],
  'build python-web': [
    'create a python web app',
    'build a hello world web app in Python',
    'make a Python standard library web server that says "Hello"',
    'python web app that says good evening with unittest tests',
  ],
  'build fix-tests': [
    'fix the failing test',
    'Fix the failing tests.',
    'please fix the broken tests in this project',
    'can you fix the failing test?',
    'make the tests pass',
    'make all tests green',
    'repair the failing unit test',
    'get the test suite passing',
    'find the bug so that the tests pass',
    'Debug the failing test cases',
    'fix the bug in this code',
  ],
  'build restyle': [
    'make it dark',
    'make the page blue',
    'change the background to green',
    'turn the site purple',
    'please make it dark red',
    'change the color to teal',
  ],
  'shell ls -la': [
    'run `ls -la`',
    'run: ls -la',
    'execute ls -la',
    'please run ls -la',
    '$ ls -la',
    'list the files',
    'show me the files in the workspace',
    'what files are here?',
    'Run the command `ls -la`',
    'can you run `ls -la` please?',
  ],
  'shell npm test': ['run: npm test', 'run npm test', 'execute `npm test`'],
  'shell uname -a': ['execute uname -a', 'run "uname -a"', 'what operating system is this?'],
  'shell df -h .': ['show disk usage', 'how much disk space is left?', 'check the disk space'],
  'shell python3 --version': [
    'what python version is installed?',
    'which version of python is installed?',
    'show the python version',
  ],
  'shell node --version': ['what node version is installed?', 'which node.js version do you have?'],
  'shell pwd': ['show the current directory', 'what is the working directory?'],
  'shell ./build.sh --fast': ['run ./build.sh --fast'],
  'shell rm -rf build': ['run rm -rf build', 'run `rm -rf build`'],
  'about-me': [
    'what can you do?',
    'help',
    'Help!',
    'who are you?',
    'what are you',
    'are you offline?',
    '/start',
    'what model are you?',
  ],
  question: [
    'explain how to create a web app',
    'how do I create a web app?',
    'what is a JSON API?',
    'why do tests fail?',
    'can you explain how to build a static site?',
    'tell me about python web apps',
    'what is the capital of France?',
    'should I build a REST API or GraphQL?',
    'is node faster than python?',
    'how can I run ls -la?',
    'what does `rm -rf /` do?',
    'describe how a web server works',
    'why is the failing test failing?',
    'when will the web app be ready?',
    'how to fix failing tests',
    'summarize this article',
    'who invented the command line?',
    'could you explain why the tests fail',
  ],
  beyond: [
    'create a chat web app',
    'create a hello world web app with login',
    'build a web app to manage invoices',
    'make a tetris game web app',
    'build a REST API for notes with a postgres database',
    'create a React web app',
    'make a web app in Rust',
    'create a Django web app',
    'build a mobile app',
    'create a static site with a shop and checkout',
    'write a compiler',
    'create a web app in typescript',
    'create a web app that shows the weather',
    'fix the login page',
    'write a poem',
    'create a python json api for notes',
    'build a web app with a database of users',
    'run a marathon',
    'execute the plan',
    'find me a file',
    'send an email to my boss',
  ],
  'small-talk': [
    'hello',
    'hi there',
    'thanks',
    'Thanks a lot!',
    'never mind',
    'ok, great',
    'I created a web app yesterday',
    'web apps are great',
    'good morning',
    '👍',
  ],
  unclear: [
    '',
    '   ',
    'asdf',
    "don't create a web app",
    'the web app is broken',
    'delete everything',
    'fix it',
    'make it better',
    'website',
    'do something',
  ],
}

for (const [expected, requests] of Object.entries(EXAMPLES)) {
  for (const request of requests) {
    test(`“${request}” is ${expected}`, () => assert.equal(labelOf(request), expected))
  }
}

test('there are enough examples to believe the rules', () => {
  assert.ok(Object.values(EXAMPLES).flat().length >= 100)
})

test('no request in plain words becomes a command that changes anything', () => {
  for (const request of [
    'delete all files',
    'remove the workspace',
    'clean up the disk',
    'kill all processes',
    'shut down',
    'format the disk',
    'list the files and delete them',
    'show disk usage; rm -rf /',
  ]) {
    assert.notEqual(classify(request).type, 'shell', request)
  }
})

test('a very long or strange request is answered quickly and without an error', () => {
  for (const request of [
    'create '.repeat(20_000),
    'a web app that says '.repeat(5_000),
    '"'.repeat(50_000),
    'ü\u0000\ud800'.repeat(1_000),
    'test '.repeat(20_000),
    'fix '.repeat(20_000),
  ]) {
    assert.ok(classify(request).type.length > 0)
  }
})

function labelOf(request: string): string {
  const classification = classify(request)
  if (classification.type === 'build') return `build ${classification.recipe}`
  return classification.type === 'shell' ? `shell ${classification.command}` : classification.type
}
