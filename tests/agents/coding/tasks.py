"""Twenty coding tasks: a repository, the calls of somebody who knows the solution, and what shows that it works."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Step(NamedTuple):
    """A call, and a text that has to be in its result."""

    name: str
    arguments: dict[str, Any]
    shows: str = ""


class Task(NamedTuple):
    """`words` are what the person asks for. `needs` names a program that the task cannot do without."""

    name: str
    words: str
    files: Mapping[str, str]
    steps: tuple[Step, ...]
    needs: str = "python"


def _shell(command: str, shows: str = "[exit code 0]") -> Step:
    return Step("shell", {"command": command, "timeout": 120}, shows)


def _write(path: str, content: str) -> Step:
    return Step("write_file", {"path": path, "content": content})


def _edit(path: str, old: str, new: str) -> Step:
    return Step("edit_file", {"path": path, "old_text": old, "new_text": new})


_CART = """\
class Cart:
    def __init__(self):
        self.items = {}

    def add(self, name, price, count=1):
        self.items[name] = (price, count)

    def total(self):
        return sum(price for price, count in self.items.values())
"""
_CART_TEST = """\
import unittest

from cart import Cart


class CartTest(unittest.TestCase):
    def test_total_counts_each_piece(self):
        cart = Cart()
        cart.add("pear", 2.5, 4)
        cart.add("fig", 1.0)
        self.assertEqual(cart.total(), 11.0)


if __name__ == "__main__":
    unittest.main()
"""
_GIT = "git init -q -b main . && git add -A && git commit -qm 'Begin'"

TASKS = (
    Task(
        "a failing test of Python",
        "The test of the cart fails. Find out why and mend it.",
        {"cart.py": _CART, "test_cart.py": _CART_TEST},
        (
            _shell("python -m unittest -q", "3.5 != 11.0"),
            Step("search_text", {"pattern": "def total"}, "cart.py"),
            Step("read_file", {"path": "cart.py"}, "price for price"),
            _edit("cart.py", "sum(price for price, count", "sum(price * count for price, count"),
            _shell("python -m unittest -q 2>&1", "OK"),
        ),
    ),
    Task(
        "a module and its test written from nothing",
        "Write slug.py, which makes titles into names for addresses, with tests.",
        {"README.md": "Titles such as 'Hello, World' become 'hello-world'.\n"},
        (
            Step("read_file", {"path": "README.md"}, "hello-world"),
            _write(
                "slug.py",
                "import re\n\n\ndef slug(title):\n"
                "    return re.sub(r'[^\\w]+', '-', title.lower()).strip('-')\n",
            ),
            _write(
                "test_slug.py",
                "import unittest\nfrom slug import slug\n\n\nclass T(unittest.TestCase):\n"
                "    def test_words(self):\n        self.assertEqual(slug('Hello, World'), 'hello-world')\n"
                "    def test_hangul(self):\n        self.assertEqual(slug('안녕 세상'), '안녕-세상')\n",
            ),
            _shell("python -m unittest -v 2>&1 | tail -3", "OK"),
        ),
    ),
    Task(
        "a virtual environment that is used by the next call",
        "Make a virtual environment and show that the script runs in it.",
        {"where.py": "import sys\nprint('in' if sys.prefix != sys.base_prefix else 'out')\n"},
        (
            _shell("python -m venv .venv"),
            _shell(".venv/bin/python where.py", "in\n"),
            _shell(". .venv/bin/activate && python where.py", "in\n"),
            _shell("python where.py", "in\n"),
        ),
    ),
    Task(
        "a package installed from its folder",
        "Install the package here into an environment, without anything from elsewhere.",
        {
            "pyproject.toml": "[project]\nname = 'tally'\nversion = '1.0'\n"
            "[project.scripts]\ntally = 'tally:main'\n"
            "[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['.']\n",
            "backend.py": "import zipfile\n\n\ndef build_wheel(folder, settings=None, metadata=None):\n"
            "    name = 'tally-1.0-py3-none-any.whl'\n"
            "    with zipfile.ZipFile(folder + '/' + name, 'w') as wheel:\n"
            "        wheel.write('tally.py')\n"
            "        info = 'tally-1.0.dist-info/'\n"
            "        wheel.writestr(info + 'METADATA', 'Metadata-Version: 2.1\\nName: tally\\nVersion: 1.0\\n')\n"
            "        wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nGenerator: own\\n"
            "Root-Is-Purelib: true\\nTag: py3-none-any\\n')\n"
            "        wheel.writestr(info + 'entry_points.txt', '[console_scripts]\\ntally = tally:main\\n')\n"
            "        wheel.writestr(info + 'RECORD', '')\n"
            "    return name\n",
            "tally.py": "def main():\n    print('counted', 3)\n",
        },
        (
            _shell("python -m venv env && env/bin/pip install -q --no-index --disable-pip-version-check ."),
            _shell("env/bin/tally", "counted 3"),
        ),
    ),
    Task(
        "a data file turned into another",
        "Make totals.json of sales.csv: the sum for each city.",
        {"sales.csv": "city,sum\nSeoul,10\nBusan,5\nSeoul,7\n"},
        (
            Step("read_file", {"path": "sales.csv"}, "Busan"),
            _shell(
                "python - <<'END'\n"
                "import collections, csv, json\n"
                "totals = collections.Counter()\n"
                "for row in csv.DictReader(open('sales.csv')):\n"
                "    totals[row['city']] += int(row['sum'])\n"
                "json.dump(totals, open('totals.json', 'w'))\n"
                "END\n"
                "cat totals.json",
                '"Seoul": 17',
            ),
        ),
    ),
    Task(
        "a name changed in many files",
        "Rename the function old_name to greet everywhere.",
        {
            "pkg/__init__.py": "from pkg.words import old_name\n",
            "pkg/words.py": "def old_name(who):\n    return f'Hello, {who}'\n",
            "main.py": "from pkg import old_name\n\nprint(old_name('Kim'))\n",
        },
        (
            _shell("grep -rl --include=*.py old_name . | xargs sed -i 's/old_name/greet/g'"),
            Step("search_text", {"pattern": "old_name"}, ""),
            _shell("python main.py", "Hello, Kim"),
        ),
    ),
    Task(
        "a loop that never ends",
        "main.py hangs. Find out where and mend it.",
        {"main.py": "n = 10\nwhile n != 1:\n    n = n // 2 if n % 2 == 0 else n * 2\nprint('done')\n"},
        (
            Step("shell", {"command": "python main.py", "timeout": 2}, "stopped after"),
            _edit("main.py", "n * 2", "3 * n + 1"),
            _shell("python main.py", "done"),
        ),
    ),
    Task(
        "a program in a background job of the same call",
        "Start the server, ask it once, and stop it.",
        {"index.html": "<p>It serves.</p>\n"},
        (
            _shell(
                "python -m http.server 8123 --bind 127.0.0.1 >log.txt 2>&1 & server=$!\n"
                "for i in $(seq 50); do python - <<'END' && break\n"
                "import sys, time, urllib.request\n"
                "try:\n    print(urllib.request.urlopen('http://127.0.0.1:8123/').read().decode())\n"
                "except OSError:\n    time.sleep(0.2)\n    sys.exit(1)\n"
                "END\ndone\nkill $server",
                "It serves.",
            ),
        ),
    ),
    Task(
        "a failing test of Node",
        "npm test fails. Mend the code.",
        {
            "package.json": '{"name": "sum", "type": "module", "scripts": {"test": "node --test"}}\n',
            "sum.js": "export const sum = (list) => list.reduce((a, b) => a + b);\n",
            "sum.test.js": "import test from 'node:test';\nimport assert from 'node:assert';\n"
            "import { sum } from './sum.js';\ntest('nothing', () => assert.equal(sum([]), 0));\n",
        },
        (
            _shell("npm test 2>&1", "fail 1"),
            _edit("sum.js", "(a, b) => a + b)", "(a, b) => a + b, 0)"),
            _shell("npm test 2>&1", "fail 0"),
        ),
        "node",
    ),
    Task(
        "a package of Node that depends on a folder",
        "Make the app use the library in lib.",
        {
            "lib/package.json": '{"name": "lib", "version": "1.0.0", "main": "index.js"}\n',
            "lib/index.js": "exports.double = (n) => 2 * n;\n",
            "app/package.json": '{"name": "app", "version": "1.0.0"}\n',
            "app/main.js": "console.log(require('lib').double(21));\n",
        },
        (
            _shell("cd app && npm install --no-audit --no-fund ../lib 2>&1"),
            _shell("pwd && node main.js", "42"),
        ),
        "node",
    ),
    Task(
        "a script of Node asked by its name",
        "Add a command 'count' to package.json that counts words.",
        {"package.json": '{"name": "words", "scripts": {}}\n', "text.txt": "one two three\n"},
        (
            _write(
                "count.js",
                "const fs = require('fs');\n"
                "console.log(fs.readFileSync('text.txt', 'utf8').split(/\\s+/).filter(Boolean).length, 'words');\n",
            ),
            _shell("npm pkg set scripts.count='node count.js'"),
            _shell("npm run -s count", "3 words"),
        ),
        "node",
    ),
    Task(
        "types checked by Node itself",
        "Move the module from JavaScript to modules with import.",
        {"a.cjs": "exports.a = 1;\n", "b.cjs": "const { a } = require('./a.cjs');\nconsole.log(a + 1);\n"},
        (
            _write("a.mjs", "export const a = 1;\n"),
            _write("b.mjs", "import { a } from './a.mjs';\nconsole.log(a + 1);\n"),
            Step("delete_file", {"path": "a.cjs"}),
            Step("delete_file", {"path": "b.cjs"}),
            _shell("node --check a.mjs && node b.mjs && ls", "2\n"),
        ),
        "node",
    ),
    Task(
        "a commit by the person",
        "Put what is here under git and commit it.",
        {"a.txt": "one\n", ".gitignore": "*.tmp\n", "b.tmp": "not this\n"},
        (_shell(_GIT), _shell("git log --format='%an %s' && git status --short", "Kim Example Begin")),
        "git",
    ),
    Task(
        "a merge with a conflict",
        "Merge the branch and keep both lines.",
        {"list.txt": "milk\n"},
        (
            _shell(
                f"{_GIT} && git checkout -qb more && echo bread >> list.txt && git commit -qam 'Bread' && "
                "git checkout -q main && echo eggs >> list.txt && git commit -qam 'Eggs'"
            ),
            _shell("git merge more", "CONFLICT"),
            _write("list.txt", "milk\nbread\neggs\n"),
            _shell("git commit -qam 'Merge more' && git log --oneline | wc -l && git status --short", "4"),
        ),
        "git",
    ),
    Task(
        "the commit that broke it",
        "Find the commit since which check.sh fails.",
        {"check.sh": "grep -q good state.txt\n", "state.txt": "good\n"},
        (
            _shell(
                f"{_GIT} && for i in 1 2 3 4 5 6; do echo $i > n.txt; "
                '[ $i = 4 ] && echo bad > state.txt; git add -A; git commit -qm "Number $i"; done'
            ),
            _shell(
                "git bisect start HEAD HEAD~6 && git bisect run sh check.sh >found.txt; "
                "git bisect reset 2>&1; grep -A9 'first bad' found.txt",
                "Number 4",
            ),
        ),
        "git",
    ),
    Task(
        "a commit looked at and taken back",
        "The last commit was wrong. Take it back with a commit.",
        {"a.txt": "one\n"},
        (
            _shell(f"{_GIT} && echo two > a.txt && git commit -qam 'Wrong'"),
            _shell("git show --stat HEAD | cat", "a.txt"),
            _shell("git revert --no-edit HEAD && cat a.txt", "one\n"),
        ),
        "git",
    ),
    Task(
        "a program of Rust and its test",
        "Write a function that says whether a number is prime, with a test.",
        {
            "Cargo.toml": '[package]\nname = "primes"\nversion = "0.1.0"\nedition = "2021"\n',
            "src/lib.rs": "",
        },
        (
            _write(
                "src/lib.rs",
                "pub fn is_prime(n: u32) -> bool {\n    n > 1 && (2..n).take_while(|d| d * d <= n)"
                ".all(|d| n % d != 0)\n}\n\n"
                "#[test]\nfn small() {\n    let all: Vec<u32> = (0..12).filter(|n| is_prime(*n)).collect();\n"
                "    assert_eq!(all, [2, 3, 5, 7, 11]);\n}\n",
            ),
            _shell("cargo test -q 2>&1", "1 passed"),
        ),
        "cargo",
    ),
    Task(
        "what the compiler of Rust complains about",
        "cargo build fails. Mend it.",
        {
            "Cargo.toml": '[package]\nname = "words"\nversion = "0.1.0"\nedition = "2021"\n',
            "src/main.rs": 'fn main() {\n    let words = vec!["a".to_string()];\n    let moved = words;\n'
            '    println!("{} {}", words.len(), moved.len());\n}\n',
        },
        (
            _shell("cargo build -q 2>&1", "borrow of moved value"),
            _edit("src/main.rs", "let moved = words;", "let moved = words.clone();"),
            _shell("cargo run -q", "1 1"),
        ),
        "cargo",
    ),
    Task(
        "a build of steps in a script",
        "Write build.sh, which makes a page of each text in texts.",
        {"texts/a.txt": "First\n", "texts/b.txt": "Second\n"},
        (
            _write(
                "build.sh",
                "#!/bin/sh\nset -e\nmkdir -p out\nfor f in texts/*.txt; do\n"
                '  printf \'<p>%s</p>\\n\' "$(cat "$f")" > "out/$(basename "$f" .txt).html"\ndone\n',
            ),
            _shell("chmod +x build.sh && ./build.sh && cat out/*.html", "<p>Second</p>"),
        ),
        "sh",
    ),
    Task(
        "Python and Node beside each other",
        "Let the script of Python hand its numbers to the one of Node.",
        {"give.py": "print([1, 2, 3])\n", "take.js": ""},
        (
            _write(
                "take.js",
                "let text = '';\nprocess.stdin.on('data', (part) => (text += part));\n"
                "process.stdin.on('end', () => console.log(JSON.parse(text).reduce((a, b) => a + b)));\n",
            ),
            _shell("python give.py | node take.js", "6"),
            _shell("python --version && node --version && command -v python node", "/.pyenv/shims/python"),
        ),
        "node",
    ),
)
