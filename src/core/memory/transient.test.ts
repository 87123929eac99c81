import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isTransient } from './transient.ts'

/** What people and models say of a bad day. */
const MISHAPS = [
  'The deploy failed.',
  'npm install failed with a network error',
  'Failed to connect to the database',
  'The build failed because the disk was full',
  'Deploying to Fly failed twice, so use Render instead',
  "Don't use the browser tool, it timed out",
  'Never use the search API: it returned 503',
  'The OpenAI API is down',
  'GitHub was unreachable today',
  'The registry is not reachable',
  'The API returned a 500 error',
  'The API gave 502 Bad Gateway',
  'We hit the rate limit of the model provider',
  'The model provider is rate limited',
  'Requests got a 429',
  'Got too many requests from the weather API',
  'The tests timed out',
  'The request times out',
  'Running pytest times out after a while',
  'There was a timeout while cloning the repository',
  'ECONNREFUSED when talking to Redis',
  'Redis answers with ECONNRESET',
  'getaddrinfo ENOTFOUND api.example.com',
  'No space left on device',
  'The disk is full',
  'The machine ran out of memory',
  'The worker was out of disk',
  'The browser tool does not work',
  "The preview doesn't work right now",
  "The webhook didn't work today",
  'The webhook did not work today',
  'The sandbox stopped responding',
  'CI is flaky',
  'The login test is flaky today',
  'The flaky network broke the build',
  'The server keeps crashing',
  'The app crashed on start',
  'The site is temporarily unavailable',
  'There was an outage at the provider',
  'The internet connection was lost',
  'The connection was reset by the peer',
  'The VPN is slow today',
  'The database was overloaded',
  'socket hang up',
  'The download could not be completed: internal server error',
  'The service is currently down, try again later',
  'The package could not be downloaded',
  "npm can't reach the registry",
  'The tests are failing',
  'The tests keep failing',
  'The test sometimes fails',
  'The upload fails randomly',
  'Telegram did not respond',
  "The mail server won't start",
  'Playwright hung',
  'The git clone was unable to connect',
  'Writing files is broken at the moment',
  'The disk quota was exceeded',
  'DNS problems today',
  'The linter isn’t working',
]

/** What stays true tomorrow, though it speaks of the same things. */
const LASTING = [
  'Never touch production',
  'Prefers tabs over spaces',
  'The company is called Initech',
  'Set request timeouts to 30 seconds',
  'Requests should have a timeout of five seconds',
  'The API allows 5 requests per second',
  'The weather API has a limit of 1000 requests a day',
  'The public API is rate limited to 60 requests an hour',
  'The project needs Node 24',
  'The build fails without AWS_REGION',
  'The build fails unless Node 24 is used',
  'npm test fails if PORT is not set',
  'Windows paths do not work with the bundler',
  'The bundler does not work on Windows',
  'Retries are wanted for failed jobs',
  'Failed jobs are retried three times',
  'Wants failing tests shown first',
  'Use exponential backoff for network calls',
  'Return 503 while the server is starting',
  'Errors are logged as JSON',
  'Error messages should be in German',
  'The server listens on port 5000',
  'The team has 500 users',
  'The warehouse has room for 512 pallets',
  'The app must work offline',
  'Works on a network monitoring tool',
  'The status page shows outages of the last week',
  'Likes the downtime between projects',
  'The disk has 500 GB',
  'Deploys happen on Fridays',
  'Their bot is called Broken Arrow',
  'The mascot is a crash test dummy',
  'Is currently writing a book about tea',
  'Lives in Berlin at the moment',
  'Works at Acme right now',
  'The staging server is called flaky-otter',
  'The database is PostgreSQL 18',
  'The site is static',
  'The API is documented with OpenAPI',
  'The service is written in Rust',
  'The network is 10.0.0.0/8',
  'Prefers short answers today and always',
  'The newsletter goes out again on Monday',
  'The repository is private',
  'Uses a proxy for the internet',
  'Ada is the owner of the shop',
  'The shop is not available in Germany',
  'The installer will not work on Alpine, because it needs glibc',
  'The rate limiter is written in Go',
  'The cron job runs once a day',
]

for (const text of MISHAPS) test(`a mishap: ${text}`, () => assert.equal(isTransient(text), true))
for (const text of LASTING) test(`lasting: ${text}`, () => assert.equal(isTransient(text), false))

const SUBJECTS = [
  'The API',
  'The deploy',
  'npm install',
  'The test suite',
  'Our CI server',
  'The search tool',
  'Playwright',
]
const FAILURES = [
  ' timed out',
  ' failed',
  ' failed with a timeout',
  ' returned a 503',
  ' was rate limited',
  ' hit a rate limit',
  ' ran out of memory',
  ' ran out of disk space',
  ' had a network error',
  ' got a connection error',
  ' got ECONNRESET',
  " didn't work",
  ' did not respond',
  ' was down',
  ' was flaky',
  ' crashed',
]
const WHEN = ['', ' today', ' yesterday', ' again', ' this morning', ' three times', ' at the moment']
const LESSONS = ['', 'Avoid it: ', 'Lesson learned: ', "Don't rely on it, because "]

test('whatever failed in whichever way, whenever and however it is told, is a mishap', () => {
  const part = (texts: readonly string[]) => fc.constantFrom(...texts)
  fc.assert(
    fc.property(
      part(LESSONS),
      part(SUBJECTS),
      part(FAILURES),
      part(WHEN),
      part(['', '.', '!', ', so use another one']),
      (...parts) => assert.equal(isTransient(parts.join('')), true, parts.join('')),
    ),
  )
})

test('case, spaces and apostrophes do not matter', () => {
  const typed = fc.constantFrom(...MISHAPS, ...LASTING).chain((text) =>
    fc.tuple(
      fc.constant(text),
      fc.constantFrom(
        (given: string) => given.toUpperCase(),
        (given: string) => given.replaceAll(' ', '  \n '),
        (given: string) => given.replaceAll("'", '’'),
        (given: string) => `  ${given} `,
      ),
    ),
  )
  fc.assert(
    fc.property(typed, ([text, change]) => assert.equal(isTransient(change(text)), isTransient(text), change(text))),
  )
})

test('any text at all is answered', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 5_000 }), (text) => void isTransient(text)))
  for (const piece of ['failed ', 'the api ', 'is very ', 'get the the the ', ' ', 'a'])
    assert.equal(typeof isTransient(piece.repeat(50_000)), 'boolean')
})
