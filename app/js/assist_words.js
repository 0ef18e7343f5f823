// Words that need no kernel to be known: Python's keywords and builtins, magics, shell commands, modules of the site.
//
// The lists say what completes, not what works; a magic that the kernel has not answers for itself. It refuses to know
// the notebook. Read next: assist_local.js.

const words = (text) => text.trim().split(/\s+/);

export const KEYWORDS = words(`
  False None True and as assert async await break case class continue def del elif else except finally for from global if
  import in is lambda match nonlocal not or pass raise return try type while with yield`);

const FUNCTIONS = words(`
  abs aiter all anext any ascii bin breakpoint callable chr compile delattr dir display divmod eval exec format getattr
  get_ipython globals hasattr hash help hex id input isinstance issubclass iter len locals max min next oct open ord pow
  print repr round setattr sorted sum vars __import__`);

const CLASSES = words(`
  bool bytearray bytes classmethod complex dict enumerate filter float frozenset int list map memoryview object property
  range reversed set slice staticmethod str super tuple type zip
  ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup BlockingIOError BrokenPipeError BufferError
  BytesWarning ChildProcessError ConnectionError DeprecationWarning EOFError EncodingWarning EnvironmentError Exception
  ExceptionGroup FileExistsError FileNotFoundError FloatingPointError FutureWarning GeneratorExit IOError ImportError
  ImportWarning IndentationError IndexError InterruptedError IsADirectoryError KeyError KeyboardInterrupt LookupError
  MemoryError ModuleNotFoundError NameError NotADirectoryError NotImplementedError OSError OverflowError
  PendingDeprecationWarning PermissionError ProcessLookupError RecursionError ReferenceError ResourceWarning RuntimeError
  RuntimeWarning StopAsyncIteration StopIteration SyntaxError SyntaxWarning SystemError SystemExit TabError TimeoutError
  TypeError UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError UnicodeWarning
  UserWarning ValueError Warning ZeroDivisionError`);

/** Keywords and builtins as completions. */
export const PYTHON = [
  ...KEYWORDS.map((label) => ({ label, type: "keyword" })),
  ...FUNCTIONS.map((label) => ({ label, type: "function" })),
  ...CLASSES.filter((label) => !KEYWORDS.includes(label)).map((label) => ({ label, type: "class" })),
];

/** Modules of the standard library that people import, and the packages that the site brings. */
export const MODULES = words(`
  torch torchvision safetensors
  abc argparse array ast asyncio base64 bisect builtins calendar cmath collections contextlib copy csv dataclasses datetime
  decimal difflib dis enum errno fnmatch fractions functools gc getpass glob gzip hashlib heapq html importlib inspect io
  itertools json keyword linecache locale logging math mimetypes numbers operator os pathlib pickle pkgutil platform pprint
  queue random re secrets shutil statistics string struct sys tarfile tempfile textwrap threading time timeit tokenize
  traceback types typing unicodedata unittest urllib uuid warnings weakref zipfile zlib`);

const LINE_MAGICS = {
  "%time": "Time one statement",
  "%timeit": "Time a statement by many runs",
  "%who": "List the names you have defined",
  "%whos": "List the names you have defined, with types",
  "%run": "Run a Python file",
  "%load": "Put a file into this cell",
  "%matplotlib": "Choose how plots are shown",
  "%env": "Show or set environment variables",
  "%cd": "Change the working directory",
  "%pwd": "Show the working directory",
  "%ls": "List files",
  "%pip": "Install packages",
  "%conda": "Install packages",
  "%autoreload": "Accepted; modules are read again by importlib.reload",
  "%load_ext": "Load an extension",
  "%debug": "Look into the last error",
  "%reset": "Forget all variables",
  "%history": "Show what has been run",
  "%lsmagic": "List all magics",
};

const CELL_MAGICS = {
  "%%time": "Time the whole cell",
  "%%timeit": "Time the whole cell by many runs",
  "%%capture": "Keep what the cell shows in a variable",
  "%%writefile": "Write the cell to a file",
  "%%html": "Show the cell as HTML",
  "%%javascript": "Run the cell as JavaScript in its output",
  "%%js": "Run the cell as JavaScript in its output",
  "%%svg": "Show the cell as SVG",
  "%%latex": "Show the cell as LaTeX",
  "%%markdown": "Show the cell as Markdown",
  "%%bash": "Run the cell's shell commands",
  "%%sh": "Run the cell's shell commands",
};

const SHELL_COMMANDS = {
  ls: "List files",
  cat: "Show files",
  head: "Show the beginning of a file",
  tail: "Show the end of a file",
  wc: "Count lines, words and bytes",
  mkdir: "Make a folder",
  rm: "Remove files",
  cp: "Copy files",
  mv: "Move files",
  pwd: "Show the working directory",
  echo: "Show text",
  unzip: "Unpack a zip file",
  tar: "Pack or unpack a tar file",
  gzip: "Compress a file",
  wget: "Fetch a file",
  curl: "Fetch an address",
  pip: "Install packages",
  python: "Run a Python file",
  "nvidia-smi": "Tell of the GPU",
};

const described = (entries, type) => Object.entries(entries).map(([label, detail]) => ({ label, type, detail }));

/** Magics of a line, and those of a whole cell, as completions. */
export const MAGICS = described(LINE_MAGICS, "magic");
export const WHOLE_CELL_MAGICS = described(CELL_MAGICS, "magic");

/** Shell commands as completions. */
export const SHELL = described(SHELL_COMMANDS, "command");
