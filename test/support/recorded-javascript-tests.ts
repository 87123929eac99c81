// What test runners of JavaScript really printed, recorded once: colourless, as the gate has them run, and shortened where they repeat themselves.

export const NODE_SPEC = `▶ sums
  ✖ adds (1.81019ms)
  ✔ ok (0.20775ms)
✖ sums (3.795621ms)
✖ throws (here) (0.217124ms)
﹣ later (1.99825ms) # SKIP
node:internal/modules/esm/resolve:272
    throw new ERR_MODULE_NOT_FOUND(
          ^

Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/workspace/nope.js' imported from /workspace/b.test.js
  code: 'ERR_MODULE_NOT_FOUND',
  url: 'file:///workspace/nope.js'
}

Node.js v24.21.0
✖ b.test.js (48.913634ms)
file:///workspace/c.test.js:1
const x = ;
          ^

SyntaxError: Unexpected token ';'

Node.js v24.21.0
✖ c.test.js (47.77808ms)
ℹ tests 6
ℹ suites 1
ℹ pass 1
ℹ fail 4
ℹ cancelled 0
ℹ skipped 1
ℹ todo 0
ℹ duration_ms 233.162018

✖ failing tests:

test at a.test.js:4:3
✖ adds (1.81019ms)
  AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:
  
  2 !== 3
  
      at TestContext.<anonymous> (file:///workspace/a.test.js:4:29)
    generatedMessage: true,
    code: 'ERR_ASSERTION',
    actual: 2,
    expected: 3,
    operator: 'strictEqual',
    diff: 'simple'
  }

test at a.test.js:7:1
✖ throws (here) (0.217124ms)
  Error: boom
  second line
      at TestContext.<anonymous> (file:///workspace/a.test.js:7:43)

test at b.test.js:1:1
✖ b.test.js (48.913634ms)
  'test failed'

test at c.test.js:1:1
✖ c.test.js (47.77808ms)
  'test failed'
`

export const NODE_TAP = `TAP version 13
# Subtest: sums
    # Subtest: adds
    not ok 1 - adds
      ---
      duration_ms: 5.948793
      type: 'test'
      location: '/workspace/a.test.js:4:3'
      failureType: 'testCodeFailure'
      error: |-
        Expected values to be strictly equal:
        
        2 !== 3
        
      code: 'ERR_ASSERTION'
      name: 'AssertionError'
      expected: 3
      actual: 2
      operator: 'strictEqual'
      stack: |-
        TestContext.<anonymous> (file:///workspace/a.test.js:4:29)
      ...
    # Subtest: ok
    ok 2 - ok
      ---
      duration_ms: 0.2682
      type: 'test'
      ...
    1..2
not ok 1 - sums
  ---
  duration_ms: 7.527927
  type: 'suite'
  location: '/workspace/a.test.js:3:1'
  failureType: 'subtestsFailed'
  error: '1 subtest failed'
  code: 'ERR_TEST_FAILURE'
  ...
# Subtest: throws (here)
not ok 2 - throws (here)
  ---
  duration_ms: 0.242491
  type: 'test'
  location: '/workspace/a.test.js:7:1'
  failureType: 'testCodeFailure'
  error: |-
    boom
    second line
  code: 'ERR_TEST_FAILURE'
  stack: |-
    TestContext.<anonymous> (file:///workspace/a.test.js:7:43)
  ...
# Subtest: later
ok 3 - later # SKIP
  ---
  duration_ms: 4.039735
  type: 'test'
  ...
#     throw new ERR_MODULE_NOT_FOUND(
#           ^
# Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/workspace/nope.js' imported from /workspace/b.test.js
#   code: 'ERR_MODULE_NOT_FOUND',
#   url: 'file:///workspace/nope.js'
# }
# Node.js v24.21.0
# Subtest: b.test.js
not ok 2 - b.test.js
  ---
  duration_ms: 50.865375
  type: 'test'
  location: '/workspace/b.test.js:1:1'
  failureType: 'testCodeFailure'
  exitCode: 1
  signal: ~
  error: 'test failed'
  code: 'ERR_TEST_FAILURE'
  ...
# file:///workspace/c.test.js:1
# const x = ;
#           ^
# SyntaxError: Unexpected token ';'
# Node.js v24.21.0
# Subtest: c.test.js
not ok 3 - c.test.js
  ---
  duration_ms: 56.274222
  type: 'test'
  location: '/workspace/c.test.js:1:1'
  failureType: 'testCodeFailure'
  exitCode: 1
  signal: ~
  error: 'test failed'
  code: 'ERR_TEST_FAILURE'
  ...
1..5
# tests 6
# suites 1
# pass 1
# fail 4
# cancelled 0
# skipped 1
# todo 0
# duration_ms 244.585336
`

export const TAPE = `TAP version 13
# adds
not ok 1 should be strictly equal
  ---
    operator: equal
    expected: 3
    actual:   2
    at: Test.<anonymous> (/workspace/t.cjs:2:25)
    stack: |-
      Error: should be strictly equal
          at Test.<anonymous> (/workspace/t.cjs:2:25)
  ...
ok 2 fine

1..2
# tests 2
# pass  1
# fail  1
`

export const VITEST = ` RUN  v5.1.1 /workspace/v

 ❯ a.test.js (3 tests | 2 failed) 9ms
   ❯ sums (2)
     × adds 6ms
     ✓ fine 0ms
   × throws 1ms
 ❯ b.test.js (0 test)

⎯⎯⎯⎯⎯⎯ Failed Suites 1 ⎯⎯⎯⎯⎯⎯⎯

 FAIL  b.test.js [ b.test.js ]
Error: Cannot find module './nope.js' imported from /workspace/v/b.test.js
 ❯ b.test.js:1:1

⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯[1/3]⎯


⎯⎯⎯⎯⎯⎯⎯ Failed Tests 2 ⎯⎯⎯⎯⎯⎯⎯

 FAIL  a.test.js > sums > adds
AssertionError: expected 2 to be 3 // Object.is equality

- Expected
+ Received

- 3
+ 2

 ❯ a.test.js:2:61

⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯[2/3]⎯

 FAIL  a.test.js > throws
Error: boom
 ❯ a.test.js:3:30

⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯[3/3]⎯


 Test Files  2 failed (2)
      Tests  2 failed | 1 passed (3)
   Start at  02:28:53
   Duration  585ms (import 81%, transform 7%, worker 7%, tests 5%)
`

export const JEST = `FAIL j/a.test.cjs
  ● sums › adds

    expect(received).toBe(expected) // Object.is equality

    Expected: 3
    Received: 2

    > 1 | describe('sums', () => { test('adds', () => { expect(1 + 1).toBe(3) }); test('fine', () => {}) })
        |                                                             ^
      2 | test('throws', () => { throw new Error('boom') })
      3 |

      at Object.<anonymous> (a.test.cjs:1:61)

  ● throws

    boom

      1 | describe('sums', () => { test('adds', () => { expect(1 + 1).toBe(3) }); test('fine', () => {}) })
    > 2 | test('throws', () => { throw new Error('boom') })
        |                              ^
      3 |

      at Object.<anonymous> (a.test.cjs:2:30)

FAIL j/b.test.cjs
  ● Test suite failed to run

    Cannot find module './nope.js' from 'b.test.cjs'

    > 1 | require('./nope.js')
        | ^
      2 |

      at Resolver._throwModNotFoundError (./node_modules/jest-resolve/build/index.js:1031:11)
      at Object.<anonymous> (b.test.cjs:1:1)

Test Suites: 2 failed, 2 total
Tests:       2 failed, 1 passed, 3 total
Snapshots:   0 total
Time:        0.461 s, estimated 1 s
Ran all test suites.
`

export const MOCHA = `  sums
    1) adds
    ✔ fine
    deep
      2) throws


  1 passing (9ms)
  2 failing

  1) sums
       adds:

      AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:

2 !== 3

      + expected - actual

      -2
      +3
      
      at Context.<anonymous> (m/a.cjs:2:52)
      at process.processImmediate (node:internal/timers:574:21)

  2) sums
       deep
         throws:
     Error: boom
      at Context.<anonymous> (m/a.cjs:2:150)
      at process.processImmediate (node:internal/timers:574:21)
`
