// What checkers of other languages and of types really printed, recorded once: colourless, as the gate has them run, and shortened where they repeat themselves.

export const PYTEST = `FFF.FE                                                                   [100%]
==================================== ERRORS ====================================
__________________________ ERROR collecting test_b.py __________________________
ImportError while importing test module '/workspace/test_b.py'.
Hint: make sure your test modules/packages have valid Python names.
Traceback:
test_b.py:1: in <module>
    import nope_module
E   ModuleNotFoundError: No module named 'nope_module'
__________________________ ERROR collecting test_c.py __________________________
E     File "/workspace/test_c.py", line 1
E       def x(:
E             ^
E   SyntaxError: invalid syntax
___________________________ ERROR at setup of test_f ___________________________

    @pytest.fixture
    def broken():
>       raise RuntimeError('fixture')
E       RuntimeError: fixture

test_a.py:15: RuntimeError
=================================== FAILURES ===================================
___________________________________ A.test_e ___________________________________

self = <test_a.A testMethod=test_e>

    def test_e(self):
>       raise ValueError('bad\\nthing')
E       ValueError: bad
E       thing

test_a.py:6: ValueError
___________________________________ A.test_x ___________________________________

self = <test_a.A testMethod=test_x>

    def test_x(self):
>       self.assertEqual(1, 2)
E       AssertionError: 1 != 2

test_a.py:4: AssertionError
__________________________________ test_plain __________________________________

    def test_plain():
        x = {'a': 1}
>       assert x['a'] == 3
E       assert 1 == 3

test_a.py:9: AssertionError
__________________________________ test_p[2] ___________________________________

n = 2

    @pytest.mark.parametrize('n', [1, 2])
    def test_p(n):
>       assert n == 1
E       assert 2 == 1

test_a.py:12: AssertionError
=========================== short test summary info ============================
FAILED test_a.py::A::test_e - ValueError: bad
FAILED test_a.py::A::test_x - AssertionError: 1 != 2
FAILED test_a.py::test_plain - assert 1 == 3
FAILED test_a.py::test_p[2] - assert 2 == 1
ERROR test_b.py
ERROR test_c.py
ERROR test_a.py::test_f - RuntimeError: fixture
4 failed, 1 passed, 3 errors in 0.23s
`

export const UNITTEST = `test_e (test_a.A.test_e) ... ERROR
test_x (test_a.A.test_x) ... FAIL
test_b (unittest.loader._FailedTest.test_b) ... ERROR
test_c (unittest.loader._FailedTest.test_c) ... ERROR

======================================================================
ERROR: test_e (test_a.A.test_e)
----------------------------------------------------------------------
Traceback (most recent call last):
  File "/workspace/test_a.py", line 6, in test_e
    raise ValueError('bad\\nthing')
ValueError: bad
thing

======================================================================
ERROR: test_b (unittest.loader._FailedTest.test_b)
----------------------------------------------------------------------
ImportError: Failed to import test module: test_b
Traceback (most recent call last):
  File "/workspace/test_b.py", line 1, in <module>
    import nope_module
ModuleNotFoundError: No module named 'nope_module'


======================================================================
ERROR: test_c (unittest.loader._FailedTest.test_c)
----------------------------------------------------------------------
ImportError: Failed to import test module: test_c
Traceback (most recent call last):
  File "/workspace/test_c.py", line 1
    def x(:
          ^
SyntaxError: invalid syntax


======================================================================
FAIL: test_x (test_a.A.test_x)
----------------------------------------------------------------------
Traceback (most recent call last):
  File "/workspace/test_a.py", line 4, in test_x
    self.assertEqual(1, 2)
AssertionError: 1 != 2

----------------------------------------------------------------------
Ran 4 tests in 0.001s

FAILED (failures=1, errors=3)
`

export const GO = `# example.com/a/b
b/b.go:2:23: cannot use "x" (untyped string constant) as int value in return statement
--- FAIL: TestAdd (0.00s)
    --- FAIL: TestAdd/sub_one (0.00s)
        a_test.go:5: Add(1,2) = -1
--- FAIL: TestPanic (0.00s)
panic: assignment to entry in nil map [recovered]
	panic: assignment to entry in nil map

goroutine 20 [running]:
testing.tRunner.func1.2({0x508ec0, 0x551cb0})
	/usr/lib/go-1.19/src/testing/testing.go:1396 +0x24e
testing.tRunner.func1()
	/usr/lib/go-1.19/src/testing/testing.go:1399 +0x39f
panic({0x508ec0, 0x551cb0})
	/usr/lib/go-1.19/src/runtime/panic.go:884 +0x212
example.com/a.TestPanic(0xc000098820?)
	/workspace/a_test.go:8 +0x2e
testing.tRunner(0xc000098ea0, 0x52f308)
	/usr/lib/go-1.19/src/testing/testing.go:1446 +0x10b
created by testing.(*T).Run
	/usr/lib/go-1.19/src/testing/testing.go:1493 +0x35f
FAIL	example.com/a	0.006s
`

export const CARGO_TEST = `    Finished test [unoptimized + debuginfo] target(s) in 0.00s
     Running unittests src/lib.rs (target/debug/deps/rs-9ed53dd0b93edd0f)

running 2 tests
test tests::fine ... ok
test tests::it_works ... FAILED

failures:

---- tests::it_works stdout ----

thread 'tests::it_works' (20782) panicked at src/lib.rs:6:21:
assertion \`left == right\` failed
  left: -1
 right: 3
stack backtrace:
note: Some details are omitted, run with \`RUST_BACKTRACE=full\` for a verbose backtrace.


failures:
    tests::it_works

test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.12s

error: test failed, to rerun pass \`--lib\`
`

export const CARGO_COMPILE = `   Compiling rs v0.1.0 (/workspace)
error[E0308]: mismatched types
 --> src/lib.rs:1:37
  |
1 | pub fn add(a: i32, b: i32) -> i32 { "x" }
  |                               ---   ^^^ expected \`i32\`, found \`&str\`
  |                               |
  |                               expected \`i32\` because of return type

For more information about this error, try \`rustc --explain E0308\`.
error: could not compile \`rs\` due to previous error
warning: build failed, waiting for other jobs to finish...
error: could not compile \`rs\` due to previous error
`

export const ESLINT = `/workspace/src/a.js
  1:1  warning  Unexpected 'debugger' statement  no-debugger
  2:1  error    'foo' is not defined             no-undef

/workspace/src/b.js
  1:1  error  Parsing error: The keyword 'let' is reserved

✖ 3 problems (2 errors, 1 warning)
`

export const BIOME = `src/a.js:1:1 lint/suspicious/noDebugger  FIXABLE  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━

  × This is an unexpected use of the debugger statement.
  
  > 1 │ debugger
      │ ^^^^^^^^
    2 │ foo()
    3 │ 
  
  i A debugger statement pauses the program when a debugger is open. It is meant for debugging only,
  
  i Unsafe fix: Remove debugger statement
  
    1 │ debugger
      │ --------

src/b.js:1:1 parse ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━

  × Illegal use of reserved keyword \`let\` as an identifier in strict mode
  
  > 1 │ let = (;
      │ ^^^
    2 │ 
  

src/b.js:1:8 parse ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━

  × expected \`)\` but instead found \`;\`
  
  > 1 │ let = (;
`

export const OXLINT = `  x Expected \`}\` but found \`EOF\`
   ,-[a.ts:2:14]
 1 | const x: number = "a"
 2 | function f( {
   \`----

  ! eslint(no-unused-vars): Variable 'q' is declared but never used. Unused variables should start with a '_'.
   ,-[b.js:2:5]
 1 | debugger
 2 | let q = 1
   :     |
   :     \`-- 'q' is declared here
   \`----
  help: Consider removing this declaration.

  ! eslint(no-debugger): \`debugger\` statement is not allowed
   ,-[b.js:1:1]
 1 | debugger
   : ^^^^^^^^
 2 | let q = 1
   \`----
  help: Remove the debugger statement

  x Unexpected token
   ,-[a.js:3:5]
 2 | var unused = 1
 3 | foo(;
   :     ^
   \`----

Found 2 warnings and 2 errors.
Finished in 43ms on 4 files with 96 rules using 2 threads.
`

export const PYRIGHT = `/workspace/p.py
  /workspace/p.py:1:10 - error: Type "Literal['a']" is not assignable to declared type "int"
    "Literal['a']" is not assignable to "int" (reportAssignmentType)
  /workspace/p.py:2:8 - error: Import "nope" could not be resolved (reportMissingImports)
2 errors, 0 warnings, 0 informations
`

export const MYPY = `p.py:1: error: Incompatible types in assignment (expression has type "str", variable has type "int")  [assignment]
p.py:2: error: Cannot find implementation or library stub for module named "nope"  [import]
p.py:2: note: See https://mypy.readthedocs.io/en/stable/running_mypy.html#missing-imports
Found 2 errors in 1 file (checked 1 source file)
`

export const TSC = `b.ts(1,14): error TS2322: Type 'number' is not assignable to type 'string'.
`
