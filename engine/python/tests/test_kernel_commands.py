"""`!` commands, under plain CPython: what they print, leave in files, and how they end."""

import os
import unittest

from kernel_case import KernelCase


class CommandCase(KernelCase):
    def printed(self, code):
        """What a cell prints; it must not fail."""
        run = self.run_cell(code)
        self.assertIsNone(run.error, run.printed("stderr"))
        return run.printed()

    def status(self):
        """The exit status of the last command."""
        return self.kernel.namespace["_exit_code"]


class Language(CommandCase):
    def test_words_quotes_and_variables(self):
        os.environ["GREETING"] = "two words"
        self.run_cell("name = 'Ada'\nnumbers = [1, 2]")
        cases = {
            "!echo a  'b  c' \"d  e\" f\\ g": "a b  c d  e f g\n",
            "!echo $name {name.upper()} {numbers[1]}": "Ada ADA 2\n",
            "!echo \"$GREETING\" '$GREETING' $GREETING": "two words $GREETING two words\n",
            "!echo ${GREETING}s # not this": "two wordss\n",
            "!X=5 printenv X": "5\n",
            "!echo -n end": "end",
        }
        for code, text in cases.items():
            self.assertEqual(self.printed(code), text, code)

    def test_globs(self):
        self.run_cell("!touch a.txt b.txt c.csv 'star*.txt'")
        self.assertEqual(self.printed("!echo *.txt"), "a.txt b.txt star*.txt\n")
        self.assertEqual(self.printed("!echo '*.txt' *.none"), "*.txt *.none\n")
        self.assertEqual(self.printed("!echo 'star*'.txt"), "star*.txt\n")

    def test_pipes_and_redirections(self):
        self.run_cell("!echo one > f\n!echo two >> f")
        self.assertEqual(self.printed("!cat f | grep t | wc -l"), "1\n")
        self.assertEqual(self.printed("!cat < f"), "one\ntwo\n")
        self.run_cell("!ls missing 2> errors")
        self.assertIn("No such file", self.printed("!cat errors"))
        self.run_cell("!ls f missing > both 2>&1")
        self.assertEqual(self.printed("!grep -c . both"), "2\n")

    def test_connectors_and_status(self):
        self.assertEqual(self.printed("!true && echo yes || echo no; echo end"), "yes\nend\n")
        self.assertEqual(self.printed("!false && echo yes || echo no"), "no\n")
        self.assertEqual(self.printed("!false; echo $?"), "1\n")
        self.printed("!exit 3")
        self.assertEqual(self.status(), 3)

    def test_what_is_not_understood_says_so(self):
        cases = {
            "!ffmpeg -i x": "ffmpeg: command not found. No operating system is behind a page; there are: ",
            "!for i in 1; do echo; done": "write the loop or the choice in Python",
            "!echo $(ls)": "command substitution is not understood",
            "!sleep 1 &": "cannot run in the background",
            "!echo 'a": "a ' is not closed",
            "!ls --frobnicate": "the option --frobnicate is not known here",
        }
        for code, text in cases.items():
            run = self.run_cell(code)
            self.assertIn(text, run.printed("stderr"), code)
            self.assertNotEqual(self.status(), 0, code)

    def test_output_as_a_value(self):
        self.run_cell("!touch b a")
        self.assert_result("files = !ls\nfiles", "['a', 'b']")
        self.assert_result("type(files).__name__, files.s", "('SList', 'a b')")
        self.assert_result("!!echo x", "['x']")
        run = self.run_cell("files = !ls nosuch\nfiles")
        self.assertEqual((run.result, run.printed("stderr")), ("[\"ls: cannot access 'nosuch': No such file or directory\"]", ""))

    def test_parts_of_lines_and_names(self):
        cases = {
            "!echo 'a b' | tr a-z A-Z": "A B\n",
            "!echo aabbcc | tr -d b": "aacc\n",
            "!echo 'a   b' | tr -s ' '": "a b\n",
            "!echo x1y2 | tr -cd '[:digit:]'": "12",
            "!echo 'a b c' | tr ' ' '\\n' | wc -l": "3\n",
            "!echo abc | tr abc xy": "xyy\n",
            "!echo 'a,b,c,d' | cut -d, -f 1,3-": "a,c,d\n",
            "!echo hello | cut -c2-4": "ell\n",
            "!printf '%s=%03d\\n' a 5 b 6": "a=005\nb=006\n",
            "!printf '%.2f%%\\n' 12.345": "12.35%\n",
            "!printf plain": "plain",
            "!seq 3 | tail -1": "3\n",
            "!seq -s, 1 2 5": "1,3,5\n",
            "!basename /a/b.txt .txt; dirname /a/b.txt c": "b\n/a\n.\n",
        }
        for code, text in cases.items():
            self.assertEqual(self.printed(code), text, code)
        for code in ("!tr", "!echo a | cut", "!printf '%d' x", "!seq a", "!basename"):
            self.run_cell(code)
            self.assertNotEqual(self.status(), 0, code)

    def test_programs_that_ask_the_system(self):
        run = self.run_cell("import os\nos.system('echo out; ls nosuch')")
        self.assertEqual((run.printed(), run.result), ("out\n", str(2 << 8)))
        self.assertIn("nosuch", run.printed("stderr"))
        self.assertEqual(self.run_cell("os.system('true')").result, "0")
        for program in ("perl", "ruby"):
            self.assertIn(f"not {program}: there are no other programs", self.run_cell(f"%%{program}\nx").printed("stderr"))

    def test_a_line_keeps_its_folder_to_itself(self):
        self.run_cell("!mkdir deep")
        self.assertTrue(self.printed("!cd deep && pwd").endswith("/deep\n"))
        self.assertFalse(self.printed("!pwd").endswith("/deep\n"))
        self.run_cell("%cd deep")
        self.assertTrue(self.printed("!pwd").endswith("/deep\n"))

    def test_scripts(self):
        self.assertEqual(self.printed("%%bash\necho one\n# nothing\necho two \\\n  three | cat"), "one\ntwo three\n")
        self.run_cell("%%bash --out text\necho kept")
        self.assert_result("text", "'kept\\n'")
        self.assertEqual(self.run_cell("%%sh\nfalse").reply["status"], "error")
        self.assertEqual(self.run_cell("%%sh --no-raise-error\nfalse").reply["status"], "ok")
        self.assertEqual(self.printed("%%python\nx = 1\nprint('own', x)"), "own 1\n")


class Files(CommandCase):
    def test_copy_move_remove(self):
        self.printed("!mkdir -p a/b && echo text > a/b/f && cp -r a c && mv c/b/f c/g && rm -rf a nothing")
        self.assertEqual(self.printed("!find . -not-here 2>/dev/null || find . -type f -name 'g'"), "./c/g\n")
        self.assertIn("cannot remove 'c': Is a directory", self.run_cell("!rm c").printed("stderr"))
        self.printed("!cp c/g h; rmdir c/b; rm c/g; rmdir c")
        self.assertEqual(self.printed("!ls"), "h\n")

    def test_listings(self):
        self.printed("!mkdir folder; echo 12345 > file; touch .hidden")
        self.assertEqual(self.printed("!ls"), "file\nfolder\n")
        self.assertEqual(self.printed("%ls"), "file\nfolder/\n")
        self.assertIn(".hidden\n", self.printed("!ls -a"))
        self.assertRegex(self.printed("!ls -lh"), r"-rw\S+ 1 user user +6 \w+ +\d+ \d\d:\d\d file\n")
        self.assertIn("cannot access 'none'", self.run_cell("!ls none").printed("stderr"))

    def test_archives(self):
        self.printed("!mkdir d; echo text > d/f; zip -rq z.zip d; tar czf t.tar.gz d; gzip -k d/f; rm -r d/f")
        self.assertEqual(self.printed("!tar tzf t.tar.gz"), "d\nd/f\n")
        self.assertEqual(self.printed("!unzip -q z.zip -d from_zip && tar -xzf t.tar.gz -C . && cat from_zip/d/f d/f"), "text\ntext\n")
        self.assertEqual(self.printed("!cat d/f.gz | gunzip -c"), "text\n")
        self.assertIn("is no zip archive", self.run_cell("!unzip d/f").printed("stderr"))


class Text(CommandCase):
    def setUp(self):
        super().setUp()
        with open("lines", "w") as file:
            file.write("".join(f"line {count}\n" for count in range(1, 21)))

    def test_ends_of_files(self):
        self.assertEqual(self.printed("!head -n 2 lines"), "line 1\nline 2\n")
        self.assertEqual(self.printed("!head -2 lines"), "line 1\nline 2\n")
        self.assertEqual(self.printed("!tail -n 1 lines; tail -n +20 lines"), "line 20\nline 20\n")
        self.assertEqual(len(self.printed("!cat lines | head").splitlines()), 10)
        self.assertEqual(self.printed("!head -c 4 lines"), "line")
        self.assertIn("nothing to read", self.run_cell("!head").printed("stderr"))

    def test_counts_and_searches(self):
        self.assertEqual(self.printed("!wc -l lines"), "20 lines\n")
        self.assertEqual(self.printed("!wc lines").split(), ["20", "40", "151", "lines"])
        self.assertEqual(self.printed("!grep -n 'line 2$' lines"), "2:line 2\n")
        self.assertEqual(self.printed("!grep -ivc LINE lines; grep -o '1.' lines | sort -r | head -1"), "0\n19\n")
        self.assertEqual(self.status(), 0)
        self.printed("!grep nothing lines")
        self.assertEqual(self.status(), 1)
        self.assertEqual(self.printed("!echo -e 'b\\na\\nb' | sort | uniq -c"), "      1 a\n      2 b\n")


class Programs(CommandCase):
    def test_python(self):
        with open("program.py", "w") as file:
            file.write("import sys\nif __name__ == '__main__':\n    print(sys.argv[1:])\n    sys.exit(4)\n")
        self.assertEqual(self.printed("!python program.py a 'b c'"), "['a', 'b c']\n")
        self.assertEqual(self.status(), 4)
        self.assertEqual(self.printed("!python -c 'print(1 + 1)' | cat"), "2\n")
        self.assertEqual(self.printed("!echo '{\"a\": 1}' > x.json; python3 -m json.tool --compact x.json"), '{"a":1}\n')
        self.assertRegex(self.printed("!python --version"), r"^Python 3\.")
        failed = self.run_cell("!python -c '1 / 0'")
        self.assertIn("ZeroDivisionError", failed.printed("stderr"))
        self.assertEqual(self.status(), 1)

    def test_the_graphics_card(self):
        self.assertIn("no WebGPU adapter", self.run_cell("!nvidia-smi").printed("stderr"))
        self.kernel.shell.accelerator_name = "Example GPU"
        self.assertIn("Example GPU", self.printed("!nvidia-smi"))
        self.assertEqual(self.printed("!nvidia-smi -L"), "GPU 0: Example GPU\n")

    def test_small_ones(self):
        self.assertEqual(self.printed("!which ls"), "/usr/bin/ls\n")
        self.assertRegex(self.printed("!date +%Y"), r"^\d{4}\n$")
        self.printed("!sleep 0.5s")
        self.assertEqual(self.host.slept_ms, 500)
        self.host.stop_sleeps = True
        self.assertEqual(self.run_cell("!sleep 5").error["ename"], "KeyboardInterrupt")

    def test_the_network_is_asked_through_python(self):
        with open("page.html", "w") as file:
            file.write("hello")
        address = f"file://{os.getcwd()}/page.html"
        self.assertEqual(self.printed(f"!curl -s {address}"), "hello")
        self.printed(f"!wget -q {address} -O copy.html && curl -sLo second.html {address}")
        self.assertEqual(self.printed("!cat copy.html second.html"), "hellohello")
        failed = self.run_cell("!wget http://nowhere.invalid/x")
        self.assertIn("could not be read", failed.printed("stderr"))
        self.assertEqual(self.status(), 4)


if __name__ == "__main__":
    unittest.main()
